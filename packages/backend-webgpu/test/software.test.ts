/** How kernels are cut for a GPU in software, whose invocations work alone, four at a time, in workgroups on a processor's cores. */
import { axis, type LoopKernel, load, reduced, weightedSum } from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { chooseVariant } from '../src/kernels/choose-variant.ts';
import { compiledKernel } from '../src/kernels/compiled-kernel.ts';
import { draftContraction } from '../src/kernels/contraction.ts';
import { teamOf } from '../src/kernels/team.ts';
import { loop, product } from './kernels.ts';

const software = { sharedMemory: false };

function sums(outer: number, inner: number): LoopKernel {
  const value = load('float32', 0, weightedSum([axis(0), axis(1)], [inner, 1]));
  return loop({
    outer: [outer],
    inner: [inner],
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    reductions: [{ fn: 'sum', value }],
    stores: [{ binding: 1, index: axis(0), value: reduced('float32', 0) }],
  });
}

test('few results of long sums are cut in parts, so that blocks stay large; many results are not', () => {
  expect(chooseVariant(product(32, 144, 12_544), software)).toMatchObject({ rows: 8, columns: 8, splits: 4 });
  expect(chooseVariant(product(1024, 512, 128), software)).toMatchObject({ rows: 8, columns: 8, splits: 1 });
  // Terms that are too few for parts: then the blocks are small.
  expect(chooseVariant(product(32, 32, 64), software)).toMatchObject({ rows: 2, columns: 2, splits: 1 });
});

test('a result is stored by one loop over the block, not by a case for each', () => {
  const kernel = product(1024, 512, 128);
  const { stages } = compiledKernel(kernel, draftContraction(kernel, software));
  const text = stages[0]?.source([[0], [0], [0], [0]]) ?? '';
  expect(text).toContain('let product = results[result];');
  expect(text).not.toContain('switch');
});

test('rows that are enough for sixteen workgroups of one vector are summed in one stage, fewer in parts', () => {
  expect(teamOf(sums(128, 256), software)).toMatchObject({ columns: 8, lanes: 1, splits: 1 });
  expect(teamOf(sums(4096, 256), software)).toMatchObject({ columns: 64, lanes: 1, splits: 1 });
  expect(teamOf(sums(16, 50_176), software)).toMatchObject({ lanes: 1, splits: 16 });
  expect(teamOf(sums(1, 20), software)).toMatchObject({ lanes: 1, splits: 1 });
});
