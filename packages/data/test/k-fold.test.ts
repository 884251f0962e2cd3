import { expect, test } from 'vitest';
import { kFold } from '../src/k-fold.ts';

const dataset = { length: 11, get: (index: number) => index };

test('kFold validates each sample once and trains on the others', () => {
  const folds = kFold(dataset, 3, { seed: 5 });
  expect(folds.map(({ validation }) => validation.length).sort()).toEqual([3, 4, 4]);
  const sorted = (indices: Iterable<number>) => [...indices].sort((left, right) => left - right);
  const all = [...Array(11).keys()];
  expect(sorted(folds.flatMap(({ validation }) => Array.from(validation.indices)))).toEqual(all);
  for (const { train, validation } of folds) {
    expect(sorted([...Array.from(train.indices), ...Array.from(validation.indices)])).toEqual(all);
  }
});

test('kFold draws by its seed alone', () => {
  const parts = (seed: number) => kFold(dataset, 2, { seed }).map(({ validation }) => Array.from(validation.indices));
  expect(parts(1)).toEqual(parts(1));
  expect(parts(1)).not.toEqual(parts(2));
  expect(parts(1).flat()).not.toEqual([...Array(11).keys()]);
});

test('kFold refuses a number of folds that cannot be', () => {
  for (const folds of [1, 12, 2.5]) expect(() => kFold(dataset, folds)).toThrow(`${folds} folds of 11 samples`);
});
