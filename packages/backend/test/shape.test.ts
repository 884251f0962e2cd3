import { describe, expect, test } from 'vitest';
import { contiguousStrides, dtypes, isContiguous, isFloat, itemBytes, sameShape, sizeOf } from '../src/index.ts';

describe('a shape', () => {
  test('has as many elements as the product of its sizes, a scalar one', () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([5, 0, 7])).toBe(0);
  });

  test('is row-major unless told otherwise', () => {
    expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(contiguousStrides([7])).toEqual([1]);
    expect(contiguousStrides([])).toEqual([]);
  });

  test('equals another in rank and every size', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });
});

describe('strides', () => {
  test('are contiguous where walking row by row visits neighbors', () => {
    expect(isContiguous([2, 3], [3, 1])).toBe(true);
    expect(isContiguous([2, 3], [1, 2])).toBe(false);
    expect(isContiguous([2, 3], [4, 1])).toBe(false);
    expect(isContiguous([2, 3], [0, 1])).toBe(false);
    expect(isContiguous([3], [-1])).toBe(false);
  });

  test('do not matter along a size of 1, nor where there is nothing', () => {
    expect(isContiguous([2, 1, 3], [3, 99, 1])).toBe(true);
    expect(isContiguous([1, 1], [7, -2])).toBe(true);
    expect(isContiguous([0, 3], [5, 7])).toBe(true);
    expect(isContiguous([3, 0], [5, 7])).toBe(true);
    expect(isContiguous([], [])).toBe(true);
  });
});

test('an element has the bytes of its dtype, a bool those of the backend', () => {
  expect(dtypes.map((dtype) => itemBytes(dtype, 1))).toEqual([4, 8, 2, 4, 1]);
  expect(dtypes.map((dtype) => itemBytes(dtype, 4))).toEqual([4, 8, 2, 4, 4]);
  expect(itemBytes('uint32', 1)).toBe(4);
  expect(dtypes.filter(isFloat)).toEqual(['float32', 'float64', 'float16']);
});
