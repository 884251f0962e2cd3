import { contiguousStrides } from '@evenkeel/backend';
import { collapse } from '@evenkeel/compiler';
import { describe, expect, test } from 'vitest';

/** The addresses that a walk visits, in order. */
function walk(shape: readonly number[], strides: readonly number[]): number[] {
  let addresses = [0];
  shape.forEach((extent, d) => {
    addresses = addresses.flatMap((from) =>
      Array.from({ length: extent }, (_, i) => from + i * (strides[d] as number)),
    );
  });
  return addresses;
}

describe('collapse', () => {
  test('visits the same addresses in the same order, for every walker', () => {
    let state = 1;
    const below = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    for (let round = 0; round < 500; round++) {
      const shape = Array.from({ length: below(6) }, () => below(4));
      const walkers = Array.from({ length: below(3) + 1 }, () => {
        const whole = contiguousStrides(shape);
        const kind = below(4);
        if (kind === 0) return whole;
        if (kind === 1) return whole.map((stride) => (below(2) === 0 ? 0 : stride));
        if (kind === 2) return whole.map((stride) => -stride);
        return shape.map(() => below(7) - 3);
      });
      const joined = collapse(shape, walkers);
      walkers.forEach((strides, w) => {
        expect(walk(joined.shape, joined.strides[w] as number[])).toEqual(walk(shape, strides));
      });
      expect(joined.shape.length).toBeLessThanOrEqual(shape.length);
      expect(joined.shape).not.toContain(1);
    }
  });

  test('leaves one dimension of what is contiguous, none of a scalar', () => {
    expect(collapse([2, 3, 4], [[12, 4, 1]])).toEqual({ shape: [24], strides: [[1]] });
    expect(collapse([], [[]])).toEqual({ shape: [], strides: [[]] });
    expect(collapse([1, 1], [[7, 9]])).toEqual({ shape: [], strides: [[]] });
  });

  test('joins only where every walker crosses evenly', () => {
    const both = [
      [12, 4, 1],
      [0, 4, 1],
    ];
    expect(collapse([2, 3, 4], both)).toEqual({
      shape: [2, 12],
      strides: [
        [12, 1],
        [0, 1],
      ],
    });
    expect(collapse([2, 3], [[0, 0]])).toEqual({ shape: [6], strides: [[0]] });
  });
});
