/** Gradients of windows, by how far they begin from each other. */
import { randn, unfold } from '@evenkeel/tensor';
import { describe, test } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

describe.each([1, 2, 3, 4])('windows that begin %i apart', (step) => {
  test.each([1, 2, 3, 5, 7])('and show %i elements', async (size) => {
    for (const extent of [7, 8, 9, 10]) {
      const across = (await randn([2, extent, 3]).tolist()) as number[][][];
      await expectGradient((x) => unfold(x, 1, size, step), across);
    }
  });

  test('and show every second element', async () => {
    const along = (await randn([2, 9]).tolist()) as number[][];
    await expectGradient((x) => unfold(x, 1, 3, step, 2), along);
  });
});
