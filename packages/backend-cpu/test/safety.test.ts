import {
  argument,
  axis,
  binary,
  bounded,
  constant,
  type Expression,
  integer,
  type LoopKernel,
  load,
  programOf,
  reduced,
  select,
} from '@evenkeel/backend';
import { EvenKeelError, IndexError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { cpu } from '../src/index.ts';
import { bind, readAll, runKernel } from './run-kernel.ts';

const loopOf = (value: Expression, index: Expression = axis(0), size = 4): LoopKernel => ({
  form: 'loop',
  outer: [size],
  inner: [],
  reductions: [],
  elementStores: [],
  arguments: [],
  bindings: [
    { dtype: 'float32', access: 'read' },
    { dtype: 'int32', access: 'read' },
    { dtype: 'float32', access: 'write' },
  ],
  stores: [{ binding: 2, index, value }],
});

describe('a guarded load', () => {
  test('is 0 where the guard is false, wherever its index points', async () => {
    const index = binary('sub', axis(0), integer(1));
    const value = load('float32', 0, index, binary('ge', index, integer(0)));
    expect((await runKernel(loopOf(value), [[1, 2, 3], [0], 4]))[2]).toEqual([0, 1, 2, 3]);
  });

  test('is 0 again after an element where it was read', async () => {
    const even = binary('eq', binary('rem', axis(0), integer(2)), integer(0));
    const value = load('float32', 0, axis(0), even);
    expect((await runKernel(loopOf(value), [[1, 2, 3, 4], [0], 4]))[2]).toEqual([1, 0, 3, 0]);
  });
});

describe('an index', () => {
  test('that a load takes outside its binding is an error that shows the kernel', async () => {
    const value = load('float32', 0, binary('add', axis(0), integer(1)));
    const error = await runKernel(loopOf(value), [[1, 2, 3, 4], [0], 4]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EvenKeelError);
    expect(error).not.toBeInstanceOf(IndexError);
    expect(String(error)).toContain('element 4 of binding 0, which has 4 elements');
    expect(String(error)).toContain('out2[a0] = in0[(a0 + 1)]');
  });

  test('that a store takes outside its binding is an error too', async () => {
    const kernel = loopOf(constant('float32', 1), binary('sub', axis(0), integer(1)));
    await expect(runKernel(kernel, [[1], [0], 4])).rejects.toThrow('element -1 of binding 2, which has 4 elements');
  });

  test('is checked against the range that is bound, not against the buffer', async () => {
    const backend = cpu();
    const program = programOf(loopOf(load('float32', 0, axis(0))));
    const { buffers } = bind(backend, program, [[1, 2, 3, 4, 5], [0], 4]);
    const shorter = { ...buffers[0]!, offset: 4, length: 12 };
    expect(() =>
      backend.run(backend.prepare(program) as never, { buffers: [shorter, ...buffers.slice(1)], arguments: [] }),
    ).toThrow('element 3 of binding 0, which has 3 elements');
  });
});

describe('a bounded index', () => {
  const gather = loopOf(load('float32', 0, bounded(load('int32', 1, axis(0)), 3)));

  test('inside its bounds is itself', async () => {
    expect((await runKernel(gather, [[10, 20, 30], [2, 0, 1, 2], 4]))[2]).toEqual([30, 10, 20, 30]);
  });

  test('outside them is the nearest inside, and the run throws an IndexError with index and size', async () => {
    const backend = cpu();
    const program = programOf(gather);
    const bindings = bind(backend, program, [[10, 20, 30], [2, 7, -5, 3], 4]);
    const run = () => backend.run(backend.prepare(program) as never, bindings);
    expect(run).toThrow(IndexError);
    expect(run).toThrow(/index 7 is out of range for size 3[\s\S]*and 2 more like it/);
    expect((await readAll(backend, program, bindings))[2]).toEqual([30, 30, 10, 30]);
  });

  test('does not fault the next run', async () => {
    const backend = cpu();
    const program = programOf(gather);
    const prepared = backend.prepare(program) as never;
    expect(() => backend.run(prepared, bind(backend, program, [[1, 2, 3], [9, 0, 0, 0], 4]))).toThrow(IndexError);
    expect(() => backend.run(prepared, bind(backend, program, [[1, 2, 3], [0, 0, 0, 0], 4]))).not.toThrow();
  });

  test('is reported even in a branch that select does not choose', async () => {
    const value = select(binary('lt', axis(0), integer(0)), gather.stores[0]!.value, constant('float32', 0));
    await expect(runKernel(loopOf(value), [[1, 2, 3], [0, 0, 0, 5], 4])).rejects.toThrow(IndexError);
  });
});

describe('a kernel that contradicts itself is refused before it runs:', () => {
  const cases: readonly (readonly [string, LoopKernel, string])[] = [
    ['a load of another dtype', loopOf(load('float32', 1, axis(0))), 'float32 loaded from a read binding of int32'],
    ['a load from an output', loopOf(load('float32', 2, axis(0))), 'float32 loaded from a write binding'],
    ['a load from nowhere', loopOf(load('float32', 3, axis(0))), 'missing binding'],
    ['a store of another dtype', loopOf(constant('int32', 1)), 'int32 stored to a write binding of float32'],
    ['an index that is no integer', loopOf(constant('float32', 1), constant('float32', 0)), 'index of float32'],
    ['an axis that does not exist', loopOf(load('float32', 0, axis(1))), 'axis'],
    ['an argument that does not exist', loopOf(argument('float32', 0)), 'argument 0'],
    ['a reduction that does not exist', loopOf(reduced('float32', 0)), 'reduction 0'],
    [
      'a reduction that uses its own result',
      { ...loopOf(axis(0)), stores: [], reductions: [{ fn: 'sum', value: reduced('float32', 0) }] },
      'reduction 0 read as float32, where 0 are known',
    ],
    [
      'operands of two dtypes',
      loopOf(binary('add', load('float32', 0, axis(0)), constant('float64', 1))),
      'add of float32 and float64',
    ],
  ];
  test.each(cases)('%s', (_, kernel, message) => {
    expect(() => cpu().prepare(programOf(kernel))).toThrow(message);
  });
});
