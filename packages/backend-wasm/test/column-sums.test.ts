import { axis, binary, constant, type LoopKernel, load, reduced, sizeOf, weightedSum } from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { expectSame, numbers, runKernel } from './device.ts';
import { f32 } from './kernels.ts';
import { withThreads } from './started.ts';

const [read, write] = [
  { dtype: f32, access: 'read' as const },
  { dtype: f32, access: 'write' as const },
];

/** Rows without their mean; and on the way, by columns, the sums of products with another matrix and of that itself. */
function centered(rows: number, inner: readonly number[], order: 'rows' | 'columns' = 'rows'): LoopKernel {
  const columns = sizeOf(inner);
  const column = weightedSum(
    inner.map((_, i) => axis(1 + i)),
    inner.map((_, i) => sizeOf(inner.slice(i + 1))),
  );
  const index = weightedSum([axis(0), column], order === 'rows' ? [columns, 1] : [1, rows]);
  const [x, y] = [load(f32, 0, index), load(f32, 1, index)];
  const apart = binary('sub', x, binary('div', reduced(f32, 0), constant(f32, columns)));
  return {
    form: 'loop',
    bindings: [read, read, write, write, write],
    arguments: [],
    outer: [rows],
    inner,
    reductions: [{ fn: 'sum', value: x }],
    stores: [{ binding: 4, index: axis(0), value: reduced(f32, 0) }],
    elementStores: [{ binding: 2, index, value: apart }],
    sums: [
      { binding: 3, index: weightedSum([column], [1], columns), value: binary('mul', y, apart) },
      { binding: 3, index: column, value: y },
    ],
  };
}

const inputs = (rows: number, columns: number) =>
  [rows * columns, rows * columns, rows * columns, 2 * columns, rows].map((count, i) => numbers(count, i + 1));
const tolerance = { relative: 1e-5, absolute: 1e-4 };

describe('sums over the rows that a loop goes over anyway', () => {
  test.each([
    [1, [8]],
    [31, [16]],
    [32, [3]],
    [33, [64]],
    [100, [33]],
    [300, [5, 7]],
    [1000, [128]],
    [4099, [1]],
  ])('are those of %i rows of %j', async (rows, inner) => {
    const kernel = centered(rows, inner);
    await expectSame(kernel, inputs(rows, sizeOf(inner)), tolerance);
    await expectSame(kernel, inputs(rows, sizeOf(inner)), { ...tolerance, backend: wasm({ relaxed: false }) });
  });

  test('are right where rows lie side by side, so that they would make better lanes', async () => {
    await expectSame(centered(96, [40], 'columns'), inputs(96, 40), tolerance);
  });

  test('begin at zero at every run', async () => {
    const kernel = centered(64, [16]);
    const backend = wasm();
    const [, , , first] = await runKernel(kernel, inputs(64, 16), { backend });
    const [, , , second] = await runKernel(kernel, inputs(64, 16), { backend });
    expect(second).toEqual(first);
  });

  test('of many equal numbers stay accurate', async () => {
    const rows = 200_000;
    const matrix = new Float32Array(rows * 4).fill(0.1);
    const [, , , sums] = await runKernel(centered(rows, [4]), [matrix, matrix, matrix, numbers(8), numbers(rows)]);
    expect(sums?.slice(0, 4).every((sum) => Math.abs(sum / (rows * Math.fround(0.1)) - 1) < 1e-6)).toBe(true);
  });

  test.each([2, 3])('have the same bits on %i threads', async (threads) => {
    const kernel = centered(1037, [96]);
    const [, , ...alone] = await runKernel(kernel, inputs(1037, 96));
    const backend = await withThreads(threads);
    const [, , ...shared] = await runKernel(kernel, inputs(1037, 96), { backend });
    expect(shared).toEqual(alone);
    backend.dispose();
  });
});
