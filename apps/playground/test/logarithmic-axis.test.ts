import { expect, it } from 'vitest';
import { logarithmicRange, marks, markText } from '../src/view/logarithmic-axis.ts';

it('a logarithmic range ends at marks around the values', () => {
  const close = (low: number, high: number) => logarithmicRange(low, high).map((end) => Number(end.toPrecision(3)));
  expect(close(0.3, 4)).toEqual([0.2, 5]);
  expect(close(0.1, 0.1)).toEqual([0.05, 0.2]);
  expect(close(7e-9, 70)).toEqual([5e-9, 100]);
});

it('a logarithmic range of no values is any', () => {
  expect(logarithmicRange(null, null)).toEqual([0.1, 1]);
  expect(logarithmicRange(0, Number.POSITIVE_INFINITY)).toEqual([0.1, 1]);
});

it('marks are few: 1, 2 and 5 of each power of ten, then powers, then some of them', () => {
  const texts = (low: number, high: number) => marks(low, high).map(markText);
  expect(texts(0.2, 5)).toEqual(['0.2', '0.5', '1', '2', '5']);
  expect(texts(1e-4, 1)).toEqual(['1e-4', '0.001', '0.01', '0.1', '1']);
  expect(texts(1e-12, 1)).toEqual(['1e-12', '1e-10', '1e-8', '1e-6', '1e-4', '0.01', '1']);
});
