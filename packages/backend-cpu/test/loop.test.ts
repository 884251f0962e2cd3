import {
  axis,
  binary,
  constant,
  type Expression,
  type LoopKernel,
  load,
  programOf,
  reduced,
  type Scalar,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { cpu } from '../src/index.ts';
import { runKernel } from './run-kernel.ts';

const base = {
  form: 'loop',
  outer: [],
  inner: [],
  reductions: [],
  stores: [],
  elementStores: [],
  arguments: [],
} as const;

function bindings(dtype: Scalar, reads: number, writes: number): LoopKernel['bindings'] {
  return [
    ...Array.from({ length: reads }, () => ({ dtype, access: 'read' }) as const),
    ...Array.from({ length: writes }, () => ({ dtype, access: 'write' }) as const),
  ];
}

const at = (strides: readonly number[], offset = 0): Expression =>
  weightedSum(
    strides.map((_, d) => axis(d)),
    strides,
    offset,
  );

/** Numbers between -1 and 1 that are exact in float32. */
function numbers(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) - 2 ** 23) / 2 ** 23;
  });
}

describe('a loop without reductions', () => {
  test('computes each element from a transposed and a broadcast operand', async () => {
    const kernel: LoopKernel = {
      ...base,
      outer: [2, 3],
      bindings: bindings('float32', 2, 1),
      stores: [
        {
          binding: 2,
          index: at([3, 1]),
          value: binary('add', load('float32', 0, at([1, 2])), load('float32', 1, at([0, 1]))),
        },
      ],
    };
    const [, , out] = await runKernel(kernel, [[1, 2, 3, 4, 5, 6], [10, 20, 30], 6]);
    expect(out).toEqual([11, 23, 35, 12, 24, 36]);
  });

  test.each([
    ['float32', [0, 0]],
    ['float64', [2 ** -30, Math.SQRT2 - Math.fround(Math.SQRT2)]],
  ] as const)('rounds each operation to %s, not only what is stored', async (dtype, expected) => {
    const x = load(dtype, 0, at([]));
    const sum = binary('sub', binary('add', x, constant(dtype, 2 ** -30)), x);
    const root = binary('sub', unary('sqrt', binary('add', x, x)), constant(dtype, Math.fround(Math.SQRT2)));
    const kernel: LoopKernel = {
      ...base,
      bindings: bindings(dtype, 1, 2),
      stores: [sum, root].map((value, i) => ({ binding: 1 + i, index: at([]), value })),
    };
    expect((await runKernel(kernel, [[1], 1, 1])).slice(1).flat()).toEqual(expected);
  });

  test('writes several outputs', async () => {
    const x = load('int32', 0, at([1]));
    const kernel: LoopKernel = {
      ...base,
      outer: [3],
      bindings: bindings('int32', 1, 2),
      stores: [
        { binding: 1, index: at([1]), value: unary('neg', x) },
        { binding: 2, index: at([-1], 2), value: binary('mul', x, x) },
      ],
    };
    expect(await runKernel(kernel, [[1, 2, 3], 3, 3])).toEqual([
      [1, 2, 3],
      [-1, -2, -3],
      [9, 4, 1],
    ]);
  });

  test('computes a shared part once: sixty doublings are sixty additions, not 2^60', async () => {
    let sum = load('float64', 0, at([1]));
    for (let i = 0; i < 60; i++) sum = binary('add', sum, sum);
    const kernel: LoopKernel = {
      ...base,
      outer: [2],
      bindings: bindings('float64', 1, 1),
      stores: [{ binding: 1, index: at([1]), value: sum }],
    };
    expect((await runKernel(kernel, [[1, 3], 2]))[1]).toEqual([2 ** 60, 3 * 2 ** 60]);
  });

  test('may write where it reads, element by element', async () => {
    const kernel: LoopKernel = {
      ...base,
      outer: [3],
      bindings: bindings('float64', 1, 1),
      stores: [
        { binding: 1, index: at([1]), value: binary('mul', load('float64', 0, at([1])), constant('float64', 2)) },
      ],
    };
    const backend = cpu();
    const buffer = backend.allocate(24);
    backend.write(buffer, new Float64Array([1, 2, 3]));
    const range = { buffer, offset: 0, length: 24 };
    backend.run(await backend.prepare(programOf(kernel)), { buffers: [range, range], arguments: [] });
    expect([...new Float64Array((await backend.read(buffer)).buffer)]).toEqual([2, 4, 6]);
  });
});

describe('a loop with reductions', () => {
  test('softmax of rows is one kernel, each reduction using the ones before', async () => {
    const x = load('float64', 0, at([5, 1]));
    const shifted = unary('exp', binary('sub', x, reduced('float64', 0)));
    const kernel: LoopKernel = {
      ...base,
      outer: [3],
      inner: [5],
      bindings: bindings('float64', 1, 2),
      reductions: [
        { fn: 'max', value: x },
        { fn: 'sum', value: shifted },
      ],
      stores: [
        {
          binding: 2,
          index: at([1]),
          value: binary('add', reduced('float64', 0), unary('log', reduced('float64', 1))),
        },
      ],
      elementStores: [{ binding: 1, index: at([5, 1]), value: binary('div', shifted, reduced('float64', 1)) }],
    };
    const input = numbers(15).map((v) => v * 1000);
    const [, softmax, logSumExp] = await runKernel(kernel, [input, 15, 3]);
    for (let row = 0; row < 3; row++) {
      const values = input.slice(row * 5, row * 5 + 5);
      const largest = Math.max(...values);
      const total = values.reduce((sum, v) => sum + Math.exp(v - largest), 0);
      expect(logSumExp![row]).toBe(largest + Math.log(total));
      values.forEach((v, i) => {
        expect(softmax![row * 5 + i]).toBe(Math.exp(v - largest) / total);
      });
    }
  });

  test('reduces several inner axes, whatever their order in memory', async () => {
    const kernel: LoopKernel = {
      ...base,
      outer: [2],
      inner: [2, 3],
      bindings: bindings('int32', 1, 4),
      reductions: (['sum', 'prod', 'max', 'min'] as const).map((fn) => ({
        fn,
        value: load('int32', 0, at([1, 6, 2])),
      })),
      stores: [0, 1, 2, 3].map((r) => ({ binding: 1 + r, index: at([1]), value: reduced('int32', r) })),
    };
    const [, ...results] = await runKernel(kernel, [[1, -2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2, 2, 2]);
    expect(results).toEqual([
      [36, 38],
      [1 * 3 * 5 * 7 * 9 * 11, -2 * 4 * 6 * 8 * 10 * 12],
      [11, 12],
      [1, -2],
    ]);
  });

  test('rounds each product in float32', async () => {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, whose last bit float32 has no room for.
    const kernel: LoopKernel = {
      ...base,
      inner: [2],
      bindings: bindings('float32', 1, 1),
      reductions: [{ fn: 'prod', value: load('float32', 0, at([1])) }],
      stores: [
        { binding: 1, index: at([]), value: binary('sub', reduced('float32', 0), constant('float32', 1 + 2 ** -11)) },
      ],
    };
    expect((await runKernel(kernel, [[1 + 2 ** -12, 1 + 2 ** -12], 1]))[1]).toEqual([0]);
  });

  test('keeps a NaN in max and min', async () => {
    const kernel: LoopKernel = {
      ...base,
      inner: [3],
      bindings: bindings('float32', 1, 2),
      reductions: [
        { fn: 'max', value: load('float32', 0, at([1])) },
        { fn: 'min', value: load('float32', 0, at([1])) },
      ],
      stores: [0, 1].map((r) => ({ binding: 1 + r, index: at([]), value: reduced('float32', r) })),
    };
    expect((await runKernel(kernel, [[1, Number.NaN, 2], 1, 1])).slice(1)).toEqual([[Number.NaN], [Number.NaN]]);
    expect((await runKernel(kernel, [[1, -3, 2], 1, 1])).slice(1)).toEqual([[2], [-3]]);
  });

  test('any and all are max and min of bools', async () => {
    const kernel: LoopKernel = {
      ...base,
      outer: [3],
      inner: [2],
      bindings: bindings('bool', 1, 2),
      reductions: [
        { fn: 'max', value: load('bool', 0, at([2, 1])) },
        { fn: 'min', value: load('bool', 0, at([2, 1])) },
      ],
      stores: [0, 1].map((r) => ({ binding: 1 + r, index: at([1]), value: reduced('bool', r) })),
    };
    expect((await runKernel(kernel, [[0, 0, 0, 1, 1, 1], 3, 3])).slice(1)).toEqual([
      [0, 1, 1],
      [0, 0, 1],
    ]);
  });

  test('gives the identity for an empty inner domain without evaluating anything', async () => {
    const kernel: LoopKernel = {
      ...base,
      outer: [2],
      inner: [0],
      bindings: bindings('float32', 1, 1),
      reductions: [{ fn: 'sum', value: load('float32', 0, at([1, 0])) }],
      stores: [{ binding: 1, index: at([1]), value: reduced('float32', 0) }],
    };
    expect(await runKernel(kernel, [[], 2])).toEqual([[], [0, 0]]);
  });

  test('sums a million float32 values to a relative error below 1e-6', async () => {
    const kernel: LoopKernel = {
      ...base,
      inner: [1e6],
      bindings: bindings('float32', 1, 1),
      reductions: [{ fn: 'sum', value: load('float32', 0, at([1])) }],
      stores: [{ binding: 1, index: at([]), value: reduced('float32', 0) }],
    };
    for (const input of [new Array<number>(1e6).fill(Math.fround(0.1)), numbers(1e6, 7).map((v) => (v + 1) / 2)]) {
      const exact = input.reduce((sum, v) => sum + Math.fround(v), 0);
      const [, out] = await runKernel(kernel, [input, 1]);
      expect(Math.abs(out![0]! - exact) / exact).toBeLessThan(1e-6);
    }
  });
});
