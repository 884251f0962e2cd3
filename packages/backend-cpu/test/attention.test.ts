import {
  type AttentionGradientKernel,
  type AttentionKernel,
  axis,
  type Expression,
  type KernelBinding,
  load,
  reduced,
  type Scalar,
  type Store,
  weightedSum,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { runKernel } from './run-kernel.ts';

interface Sizes {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly width: number;
}

interface Given {
  readonly query: readonly number[];
  readonly key: readonly number[];
  readonly value: readonly number[];
  readonly bias?: readonly number[] | undefined;
  readonly seen?: readonly number[] | undefined;
  readonly factor?: readonly number[] | undefined;
  readonly causal?: boolean;
  readonly scale?: number;
}

const [batchAxis, row, column, depthAxis, widthAxis] = [0, 1, 2, 3, 4].map(axis) as [
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
];

/** The parts that attention has forward and backward, with contiguous memory for each. */
class Parts {
  readonly bindings: KernelBinding[] = [];
  readonly memory: (readonly number[] | number)[] = [];
  readonly dtype: Scalar;

  constructor(dtype: Scalar) {
    this.dtype = dtype;
  }

  read(numbers: readonly number[], places: readonly Expression[], extents: readonly number[], dtype = this.dtype) {
    this.memory.push(numbers);
    const binding = this.bindings.push({ dtype, access: 'read' }) - 1;
    return load(dtype, binding, indexOf(places, extents));
  }

  write(places: readonly Expression[], extents: readonly number[]): Store {
    this.memory.push(extents.reduce((a, b) => a * b, 1));
    const binding = this.bindings.push({ dtype: this.dtype, access: 'write' }) - 1;
    return { binding, index: indexOf(places, extents), value: reduced(this.dtype, 0) };
  }
}

function indexOf(places: readonly Expression[], extents: readonly number[]): Expression {
  const strides = extents.map((_, d) => extents.slice(d + 1).reduce((a, b) => a * b, 1));
  return weightedSum(places, strides);
}

function inputs(parts: Parts, { batch, rows, columns, depth, width }: Sizes, given: Given) {
  const scores = [batch, rows, columns];
  const places = [batchAxis, row, column];
  return {
    form: 'routine' as const,
    arguments: [],
    bindings: parts.bindings,
    batch: [batch],
    rows,
    columns,
    depth,
    width,
    scale: given.scale ?? 1,
    causal: given.causal ?? false,
    query: parts.read(given.query, [batchAxis, row, depthAxis], [batch, rows, depth]),
    key: parts.read(given.key, [batchAxis, column, depthAxis], [batch, columns, depth]),
    value: parts.read(given.value, [batchAxis, column, widthAxis], [batch, columns, width]),
    ...(given.bias && { bias: parts.read(given.bias, places, scores) }),
    ...(given.seen && { seen: parts.read(given.seen, places, scores, 'bool') }),
    ...(given.factor && { factor: parts.read(given.factor, places, scores) }),
  };
}

async function attend(sizes: Sizes, given: Given, dtype: Scalar = 'float64'): Promise<number[]> {
  const parts = new Parts(dtype);
  const own = inputs(parts, sizes, given);
  const stores = [parts.write([batchAxis, row, widthAxis], [sizes.batch, sizes.rows, sizes.width])];
  const kernel: AttentionKernel = { ...own, routine: 'attention', stores };
  return (await runKernel(kernel, parts.memory)).at(-1) as number[];
}

async function gradients(sizes: Sizes, given: Given, cotangent: readonly number[]): Promise<number[][]> {
  const { batch, rows, columns, depth, width } = sizes;
  const output = await attend(sizes, given);
  const parts = new Parts('float64');
  const own = inputs(parts, sizes, given);
  const ofOutput = [batchAxis, row, widthAxis];
  const kernel: AttentionGradientKernel = {
    ...own,
    routine: 'attentionGradient',
    output: parts.read(output, ofOutput, [batch, rows, width]),
    cotangent: parts.read(cotangent, ofOutput, [batch, rows, width]),
    queryStores: [parts.write([batchAxis, row, depthAxis], [batch, rows, depth])],
    keyStores: [parts.write([batchAxis, column, depthAxis], [batch, columns, depth])],
    valueStores: [parts.write([batchAxis, column, widthAxis], [batch, columns, width])],
  };
  return (await runKernel(kernel, parts.memory)).slice(-3);
}

const wave = (count: number, by: number) => Array.from({ length: count }, (_, i) => 1.5 * Math.sin(1 + i * by));
const one: Sizes = { batch: 1, rows: 1, columns: 3, depth: 1, width: 1 };
const close = (got: readonly number[], expected: readonly number[]) => {
  expect(got).toHaveLength(expected.length);
  expected.forEach((x, i) => {
    expect(got[i]).toBeCloseTo(x, 12);
  });
};

describe('attention', () => {
  test('weighs values by the softmax of the scaled scores', async () => {
    const given = { query: [2], key: [0, Math.LN2, 0.5 * Math.LN2], value: [1, 10, 100], scale: 0.5 };
    const total = 1 + 2 + Math.SQRT2;
    close(await attend(one, given), [(1 + 20 + 100 * Math.SQRT2) / total]);
  });

  test('adds a bias to the scores', async () => {
    const given = { query: [0], key: [1, 2, 3], value: [1, 10, 100], bias: [0, Math.log(2), Math.log(3)] };
    close(await attend(one, given), [(1 + 20 + 300) / 6]);
  });

  test('gives what is not seen no weight, and a row that sees nothing zeros', async () => {
    const sizes = { ...one, rows: 2 };
    const given = { query: [0, 0], key: [1, Number.NaN, 3], value: [1, 10, 100], seen: [1, 0, 1, 0, 0, 0] };
    close(await attend(sizes, given), [50.5, 0]);
  });

  test('gives no weight to what a bias puts out of reach, be it infinite or not', async () => {
    const sizes = { ...one, rows: 2 };
    const bias = [0, -1e30, 0, -Infinity, -1e30, -Infinity];
    close(await attend(sizes, { query: [0, 0], key: [1, 2, 3], value: [1, 10, 100], bias }), [50.5, 0]);
  });

  test('lets a row see no later column where it is causal, be there more rows or fewer', async () => {
    const given = { query: [0, 0, 0, 0], key: [5, 6, 7], value: [3, 9, 30], causal: true };
    close(await attend({ ...one, rows: 4 }, given), [3, 6, 14, 14]);
    close(await attend({ ...one, rows: 2 }, { ...given, query: [0, 0] }), [3, 6]);
  });

  test('multiplies the weights by a factor after they are normalized', async () => {
    const given = { query: [0], key: [1, 1, 1], value: [3, 6, 9], factor: [0, 2, 1] };
    close(await attend(one, given), [7]);
  });

  test('takes scores that no exponential could hold', async () => {
    const given = { query: [1e4], key: [1, 2, -1], value: [1, 10, 100] };
    expect(await attend(one, given, 'float32')).toEqual([10]);
  });

  test('gives zeros where there are no columns, and the mean where there is no depth', async () => {
    close(await attend({ ...one, columns: 0 }, { query: [1], key: [], value: [] }), [0]);
    close(await attend({ ...one, depth: 0 }, { query: [], key: [], value: [3, 6, 9] }), [6]);
  });
});

describe('the derivatives of attention', () => {
  const sizes: Sizes = { batch: 2, rows: 3, columns: 5, depth: 2, width: 4 };
  const plain = { query: wave(12, 0.7), key: wave(20, 1.1), value: wave(40, 0.3), scale: 0.8 };
  const seen = Array.from({ length: 30 }, (_, i) => (i % 4 === 0 || (i >= 5 && i < 10) ? 0 : 1));
  const cases: [string, Given][] = [
    ['plain', plain],
    ['causal', { ...plain, causal: true }],
    ['with a bias', { ...plain, bias: wave(30, 0.9) }],
    ['with what is not seen, a whole row among it', { ...plain, seen }],
    ['with a factor', { ...plain, factor: wave(30, 2.1) }],
    ['with all of it', { ...plain, causal: true, bias: wave(30, 0.9), seen, factor: wave(30, 2.1) }],
  ];

  test.each(cases)('are those of central differences: %s', async (_, given) => {
    const cotangent = wave(24, 0.5);
    const loss = async (changed: Given) =>
      (await attend(sizes, changed)).reduce((sum, x, i) => sum + x * (cotangent[i] as number), 0);
    const found = await gradients(sizes, given, cotangent);
    const step = 1e-6;
    for (const [i, name] of (['query', 'key', 'value'] as const).entries()) {
      for (const [at, x] of given[name].entries()) {
        const moved = (by: number) => loss({ ...given, [name]: given[name].with(at, x + by) });
        const difference = ((await moved(step)) - (await moved(-step))) / (2 * step);
        expect(Math.abs((found[i]?.[at] as number) - difference), `${name} ${at}`).toBeLessThan(1e-8);
      }
    }
  });
});
