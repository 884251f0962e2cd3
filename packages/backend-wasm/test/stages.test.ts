import {
  axis,
  binary,
  constant,
  type Expression,
  type LoopKernel,
  load,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { stageReduction } from '../src/kernels/staged-reduction.ts';
import { stageValues } from '../src/kernels/staged-values.ts';
import { expectSame, numbers, runKernel } from './device.ts';
import { f32 } from './kernels.ts';
import { withThreads } from './started.ts';

/** Sums of columns, each value over the deviation of its row; and the largest of each column. */
function columnSums(columns: number, rows: number): LoopKernel {
  const x = load(f32, 0, weightedSum([axis(0), axis(1)], [1, columns]));
  const variance = load(f32, 1, axis(1));
  const deviation = unary('sqrt', binary('add', binary('mul', variance, variance), constant(f32, 0.1)));
  const store = (binding: number) => ({ binding, index: axis(0), value: reduced(f32, binding - 2) });
  return {
    form: 'loop',
    bindings: [
      { dtype: f32, access: 'read' },
      { dtype: f32, access: 'read' },
      { dtype: f32, access: 'write' },
      { dtype: f32, access: 'write' },
    ],
    arguments: [],
    outer: [columns],
    inner: [rows],
    reductions: [
      { fn: 'sum', value: binary('mul', x, binary('div', constant(f32, 1), deviation)) },
      { fn: 'max', value: binary('div', x, deviation) },
    ],
    stores: [store(2), store(3)],
    elementStores: [],
  };
}

test.each([
  [96, 128],
  [70, 65],
  [512, 1024],
  [257, 1040],
  [300, 1021],
])('%i columns of %i rows are reduced in stages as they are at once', async (columns, rows) => {
  const inputs = [columns * rows, rows, columns, columns].map((count, i) => numbers(count, i + 1));
  await expectSame(columnSums(columns, rows), inputs, { relative: 1e-5, absolute: 2e-4 });
});

test('what a row alone decides is computed once for all columns', () => {
  const [values, rest] = stageValues(columnSums(96, 128), 4) ?? [];
  expect(values?.outer).toEqual([128]);
  expect(values?.stores.map((s) => s.binding)).toEqual([4, 5]);
  const isRoot = (e: Expression | undefined): boolean => JSON.stringify(e).includes('sqrt');
  expect(values?.stores.every((s) => isRoot(s.value))).toBe(true);
  expect(rest?.reductions.some((r) => isRoot(r.value))).toBe(false);
});

test('columns of a large matrix are reduced in pieces of rows, those of a small one at once', () => {
  const [pieces, sums] = stageReduction(columnSums(512, 1024), 4) ?? [];
  expect([pieces?.outer, pieces?.inner, sums?.inner]).toEqual([[512, 32], [32], [32]]);
  expect(stageReduction(columnSums(96, 128), 4)).toBeUndefined();
});

test('stages give the same bits on any number of threads', async () => {
  const kernel = columnSums(512, 1024);
  const inputs = [512 * 1024, 1024, 512, 512].map((count, i) => numbers(count, i + 1));
  const [, , ...alone] = await runKernel(kernel, inputs);
  const backend = await withThreads(2);
  const [, , ...shared] = await runKernel(kernel, inputs, { backend });
  expect(shared).toEqual(alone);
  backend.dispose();
});
