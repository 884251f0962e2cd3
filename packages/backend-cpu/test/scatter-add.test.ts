import {
  axis,
  type Expression,
  load,
  programOf,
  type Scalar,
  type ScatterAddKernel,
  weightedSum,
} from '@evenkeel/backend';
import { IndexError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { cpu } from '../src/index.ts';
import { bind, readAll, runKernel } from './run-kernel.ts';

const at = (strides: readonly number[]): Expression => weightedSum([0, 1, 2].map(axis), strides);

function scatterAdd(
  dtype: Scalar,
  sizes: { outer: number; length: number; inner: number; size: number },
  indexStrides: readonly number[],
): ScatterAddKernel {
  const { length, inner } = sizes;
  return {
    form: 'routine',
    routine: 'scatterAdd',
    ...sizes,
    arguments: [],
    bindings: [
      { dtype: 'int32', access: 'read' },
      { dtype, access: 'read' },
      { dtype, access: 'write' },
    ],
    index: load('int32', 0, at(indexStrides)),
    value: load(dtype, 1, at([length * inner, inner, 1])),
    output: 2,
  };
}

describe('scatterAdd', () => {
  test('adds rows to the rows that are named, from zero', async () => {
    const kernel = scatterAdd('float64', { outer: 2, length: 3, inner: 2, size: 4 }, [3, 1, 0]);
    const [, , out] = await runKernel(kernel, [[1, 3, 1, 0, 0, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 16]);
    expect(out).toEqual([0, 0, 6, 8, 0, 0, 3, 4, 16, 18, 0, 0, 11, 12, 0, 0]);
  });

  test('may have an index for each element', async () => {
    const kernel = scatterAdd('int32', { outer: 1, length: 2, inner: 3, size: 2 }, [6, 3, 1]);
    const [, , out] = await runKernel(kernel, [[0, 1, 0, 0, 0, 1], [1, 2, 3, 4, 5, 6], 6]);
    expect(out).toEqual([5, 5, 3, 0, 2, 6]);
  });

  test('adds in the order of the positions', async () => {
    // In float32 2^24 + 1 is 2^24 again, so that the order shows.
    const kernel = scatterAdd('float32', { outer: 1, length: 3, inner: 1, size: 2 }, [3, 1, 1]);
    expect((await runKernel(kernel, [[0, 0, 0], [2 ** 24, 1, 1], 2]))[2]).toEqual([2 ** 24, 0]);
    expect((await runKernel(kernel, [[0, 0, 0], [1, 1, 2 ** 24], 2]))[2]).toEqual([2 ** 24 + 2, 0]);
  });

  test('adds nothing for an index outside and throws an IndexError', async () => {
    const backend = cpu();
    const program = programOf(scatterAdd('float32', { outer: 1, length: 4, inner: 1, size: 3 }, [4, 1, 1]));
    const bindings = bind(backend, program, [[0, 3, -1, 2], [1, 2, 4, 8], 3]);
    const run = () => backend.run(backend.prepare(program) as never, bindings);
    expect(run).toThrow(IndexError);
    expect(run).toThrow(/index 3 is out of range for size 3[\s\S]*and 1 more/);
    expect((await readAll(backend, program, bindings))[2]).toEqual([1, 0, 8]);
  });

  test('refuses an output that is too short for its sizes', async () => {
    const kernel = scatterAdd('float32', { outer: 1, length: 1, inner: 1, size: 3 }, [1, 1, 1]);
    await expect(runKernel(kernel, [[0], [1], 2])).rejects.toThrow('element 2 of binding 2, which has 2 elements');
  });
});
