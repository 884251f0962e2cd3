import { describe, expect, test } from 'vitest';
import { ArrayDataset, Subset } from '../src/dataset.ts';
import { randomSplit } from '../src/split.ts';

const numbers = { length: 10, get: (index: number) => index };

describe('ArrayDataset', () => {
  const dataset = new ArrayDataset({
    x: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
    y: Int32Array.of(7, 8, 9),
  });

  test('gives the rows of each array', () => {
    expect(dataset.length).toBe(3);
    expect(dataset.get(1)).toEqual({
      x: { data: Float32Array.of(3, 4), shape: [2] },
      y: { data: Int32Array.of(8), shape: [] },
    });
  });

  test('refuses arrays of different lengths and shapes that do not fit', () => {
    const x = { data: new Float32Array(6), shape: [3, 2] };
    expect(() => new ArrayDataset({ x, y: new Int32Array(2) })).toThrow(/x: 3, y: 2/);
    expect(() => new ArrayDataset({ x: { ...x, shape: [4, 2] } })).toThrow(/"x" does not fit/);
  });

  test('refuses an index out of range', () => {
    expect(() => dataset.get(3)).toThrow(/index 3[\s\S]*0 to 2/);
    expect(() => new Subset(dataset, [2]).get(1)).toThrow(/index 1[\s\S]*0 to 0/);
  });
});

describe('randomSplit', () => {
  const contents = (parts: Subset<number>[]) =>
    parts.map((part) => Array.from({ length: part.length }, (_, index) => part.get(index)));

  test('cuts into parts that together hold every sample once', () => {
    const parts = contents(randomSplit(numbers, [6, 3, 1], { seed: 1 }));
    expect(parts.map((part) => part.length)).toEqual([6, 3, 1]);
    expect(parts.flat().sort((left, right) => left - right)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(parts.flat()).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('gives the first parts what fractions leave over, as PyTorch does', () => {
    // 10/4 rounds down to 2 four times; two samples are left.
    expect(randomSplit(numbers, [1 / 4, 1 / 4, 1 / 4, 1 / 4]).map((part) => part.length)).toEqual([3, 3, 2, 2]);
  });

  test('is decided by its seed', () => {
    const split = (seed: number) => contents(randomSplit(numbers, [5, 5], { seed }));
    expect(split(2)).toEqual(split(2));
    expect(split(2)).not.toEqual(split(3));
  });

  test('refuses parts that do not add up', () => {
    expect(() => randomSplit(numbers, [5, 4])).toThrow(/5 \+ 4 = 9[\s\S]*add up to 10/);
    expect(() => randomSplit(numbers, [1.5, -0.5])).toThrow(/do not add up/);
  });
});
