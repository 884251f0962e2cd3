import type { Tensor } from '@evenkeel/tensor';
import { expect } from 'vitest';
import type { Numbers } from '../../src/fixtures.ts';

/** Same number of tensors, same shapes, and every element within `tolerance` (absolute and relative). */
export async function expectClose(got: readonly Tensor[], want: readonly Numbers[], tolerance = 1e-4): Promise<void> {
  expect(got.map(({ shape }) => [...shape])).toEqual(want.map(({ shape }) => shape));
  for (const [index, { data }] of want.entries()) {
    const values = await got[index]!.data();
    const off = data.flatMap((expected, at) => {
      const value = Number(values[at]);
      const near = Math.abs(value - expected) <= tolerance * (1 + Math.abs(expected));
      return near ? [] : [`output ${index}, element ${at}: ${value}, PyTorch ${expected}`];
    });
    expect(off).toEqual([]);
  }
}
