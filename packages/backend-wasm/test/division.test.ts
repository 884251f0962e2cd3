/** Work that is cut among threads: what comes out is the same to the last bit on any number of them, and in tiles of any width. */
import {
  axis,
  binary,
  bounded,
  constant,
  type Expression,
  integer,
  type Kernel,
  load,
  programOf,
  type RankKernel,
  reduced,
  type ScanKernel,
  type ScatterAddKernel,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WasmBackend } from '../src/index.ts';
import { type Data, numbers, runKernel } from './device.ts';
import { contraction, f32, indices, loop, read, written } from './kernels.ts';
import { reference } from './reference.ts';
import { withThreads } from './started.ts';

let backends: WasmBackend[] = [];
let wide: WasmBackend[] = [];
beforeAll(async () => {
  backends = await Promise.all([1, 2, 3].map((threads) => withThreads(threads)));
  wide = await Promise.all([1, 2].map((threads) => withThreads(threads, { wide: () => {} })));
});
afterAll(() => {
  for (const backend of [...backends, ...wide]) backend.dispose();
});

/** Runs a kernel on one, two and three threads, twice over, and compares the bits; and the numbers with what they should be. */
async function expectSameBits(
  kernel: Kernel,
  inputs: readonly Data[],
  options: { absolute?: number; output?: ArrayLike<number> } = {},
): Promise<void> {
  const { absolute = 1e-4 } = options;
  const prepared = await (backends[1] as WasmBackend).prepare(programOf(kernel));
  expect(prepared.sharedWork).toBeGreaterThan(50_000);
  const one = await runKernel(kernel, inputs, { backend: backends[0] });
  const output = options.output ?? referenceOutput(kernel, inputs);
  const wrong = one.at(-1)?.findIndex((x, i) => !(Math.abs(x - (output[i] as number)) <= absolute)) as number;
  if (wrong >= 0) expect.fail(`element ${wrong}: ${one.at(-1)?.[wrong]} instead of ${output[wrong]}`);
  const others = [...backends.slice(1), ...backends.slice(1), ...(kernel.form === 'contraction' ? wide : [])];
  for (const backend of others) {
    const many = await runKernel(kernel, inputs, { backend });
    many.forEach((data, binding) => {
      const first = data.findIndex((x, i) => !Object.is(x, one[binding]?.[i]));
      const isWide = wide.includes(backend) ? ', wide tiles' : '';
      if (first >= 0)
        expect.fail(`${backend.limits.threads} threads${isWide}: element ${first} of binding ${binding} differs`);
    });
  }
}

function referenceOutput(kernel: Kernel, inputs: readonly Data[]): number[] {
  const arrays = inputs.map((data) => [...data]);
  reference(kernel, arrays);
  return arrays.at(-1) as number[];
}

const at = (...coefficients: readonly number[]): Expression =>
  weightedSum(
    coefficients.map((_, i) => axis(i)),
    coefficients,
  );

describe('a loop', () => {
  const gelu = (x: Expression) =>
    binary('mul', x, binary('add', constant(f32, 1), unary('erf', binary('mul', x, constant(f32, 0.7)))));

  test.each([65_537, 70_003])('over %i elements in a line', async (n) => {
    const kernel = loop({ outer: [n], stores: [{ binding: 1, index: axis(0), value: gelu(load(f32, 0, axis(0))) }] });
    await expectSameBits(kernel, [numbers(n), numbers(n, 2)]);
  });

  test.each([
    [3, 30_001],
    [301, 307],
    [100_003, 3],
  ])('over %i x %i elements, transposed', async (rows, columns) => {
    const value = gelu(load(f32, 0, at(1, rows)));
    const kernel = loop({ outer: [rows, columns], stores: [{ binding: 1, index: at(columns, 1), value }] });
    await expectSameBits(kernel, [numbers(rows * columns), numbers(rows * columns, 2)]);
  });

  test.each([
    [211, 1025],
    [5, 40_003],
  ])('that normalizes %i rows of %i', async (rows, n) => {
    const x = load(f32, 0, at(n, 1));
    const centered = binary('sub', x, binary('mul', reduced(f32, 0), constant(f32, 1 / n)));
    const kernel = loop({
      outer: [rows],
      inner: [n],
      reductions: [
        { fn: 'sum', value: x },
        { fn: 'sum', value: binary('mul', centered, centered) },
      ],
      elementStores: [{ binding: 1, index: at(n, 1), value: binary('div', centered, unary('sqrt', reduced(f32, 1))) }],
    });
    await expectSameBits(kernel, [numbers(rows * n), numbers(rows * n, 2)]);
  });

  test.each([
    [1001, 203],
    [5003, 35],
    [301, 516],
  ])('that sums %i rows to %i columns', async (rows, columns) => {
    const kernel = loop({
      outer: [columns],
      inner: [rows],
      reductions: [{ fn: 'sum', value: unary('sin', load(f32, 0, at(1, columns))) }],
      stores: [{ binding: 1, index: axis(0), value: reduced(f32, 0) }],
    });
    await expectSameBits(kernel, [numbers(rows * columns), numbers(columns, 2)], { absolute: 1e-3 });
  });

  test.each([
    ['one result', [], [100_000]],
    ['3 results, the first axis too short to be cut', [3], [7, 6000]],
    ['2 results, two axes', [2], [1500, 30]],
  ] as const)('that reduces in two stages to %s', async (_, outer, inner) => {
    const sizes = [...outer, ...inner];
    const strides = sizes.map((_size, i) => sizes.slice(i + 1).reduce((a, b) => a * b, 1));
    const x = load(f32, 0, at(...strides));
    const count = sizes.reduce((a, b) => a * b, 1);
    const result = outer.length > 0 ? axis(0) : integer(0);
    const kernel = loop({
      bindings: [read, written, written],
      outer,
      inner,
      reductions: [
        { fn: 'max', value: x },
        { fn: 'sum', value: unary('cos', x) },
      ],
      stores: [
        { binding: 1, index: result, value: reduced(f32, 0) },
        { binding: 2, index: result, value: binary('sub', reduced(f32, 1), reduced(f32, 0)) },
      ],
    });
    const results = count / inner.reduce((a: number, b) => a * b, 1);
    // A relative error of 1e-6 of a sum of cosines, which is about 0.84 of their count.
    await expectSameBits(kernel, [numbers(count), numbers(results, 2), numbers(results, 3)], {
      absolute: 1e-6 * count,
    });
  });

  test('that counts, and asks whether any is large, in two stages', async () => {
    const n = 160_000;
    const x = load(f32, 0, axis(0));
    const kernel = loop({
      bindings: [read, { dtype: 'int32', access: 'write' }, { dtype: 'bool', access: 'write' }],
      inner: [n],
      reductions: [
        { fn: 'sum', value: { kind: 'cast', dtype: 'int32', a: binary('mul', x, constant(f32, 10)) } },
        { fn: 'sum', value: binary('gt', unary('exp', x), constant(f32, 2.718)) },
      ],
      stores: [
        { binding: 1, index: integer(0), value: reduced('int32', 0) },
        { binding: 2, index: integer(0), value: reduced('bool', 1) },
      ],
    });
    for (const largest of [0.5, 1]) {
      const data = numbers(n).map((v) => v / 2);
      data[n - 7] = largest;
      const [, count, any] = await runKernel(kernel, [data, [0], [7]], { backend: backends[0] });
      expect(count).toEqual([data.reduce((sum, v) => sum + Math.trunc(Math.fround(v * 10)), 0)]);
      expect(any).toEqual([largest === 1 ? 1 : 0]);
      await expectSameBits(kernel, [data, [0], [7]], { absolute: 0 });
    }
  });

  test('that gathers rows', async () => {
    const row = bounded(load('int32', 0, axis(0)), 50);
    const index = binary('add', binary('mul', row, integer(300)), axis(1));
    const kernel = loop({
      bindings: [indices, read, written],
      outer: [1001, 300],
      stores: [{ binding: 2, index: at(300, 1), value: load(f32, 1, index) }],
    });
    const rows = numbers(1001).map((x) => Math.floor((x + 1) * 25));
    await expectSameBits(kernel, [rows, numbers(15_000), numbers(300_300, 2)]);
  });
});

describe('a routine', () => {
  test.each([
    [1, 900, 203],
    [67, 90, 33],
  ])('scatters and adds %i x %i x %i', async (outer, length, inner) => {
    const kernel: ScatterAddKernel = {
      form: 'routine',
      routine: 'scatterAdd',
      bindings: [indices, read, written],
      arguments: [],
      outer,
      length,
      inner,
      size: 17,
      index: load('int32', 0, axis(1)),
      value: unary('exp', load(f32, 1, at(length * inner, inner, 1))),
      output: 2,
    };
    const rows = numbers(length).map((x) => Math.floor((x + 1) * 8.5));
    await expectSameBits(kernel, [rows, numbers(outer * length * inner), numbers(outer * 17 * inner, 2)], {
      absolute: 1e-2,
    });
  });

  test.each([
    [301, 1001, 1],
    [3, 501, 203],
  ])('folds %i x %i x %i', async (outer, length, inner) => {
    const kernel: ScanKernel = {
      form: 'routine',
      routine: 'scan',
      bindings: [read, written],
      arguments: [],
      outer,
      length,
      inner,
      fn: 'sum',
      reverse: true,
      value: load(f32, 0, at(length * inner, inner, 1)),
      output: 1,
    };
    const size = outer * length * inner;
    await expectSameBits(kernel, [numbers(size), numbers(size, 2)]);
  });

  test.each([
    [101, 203, 1],
    [2, 61, 103],
  ])('ranks %i x %i x %i', async (outer, length, inner) => {
    const kernel: RankKernel = {
      form: 'routine',
      routine: 'rank',
      bindings: [read, { dtype: 'int32', access: 'write' }],
      arguments: [],
      outer,
      length,
      inner,
      descending: true,
      value: load(f32, 0, at(length * inner, inner, 1)),
      output: 1,
    };
    const size = outer * length * inner;
    await expectSameBits(kernel, [numbers(size), numbers(size, 2).map(() => 0)]);
  });
});

describe('a contraction', () => {
  const relu = (x: Expression) => binary('max', x, constant(f32, 0));

  /** out[b, m, n] = Σ_k a[b, m, k] · b[b, n, k] or b[b, k, n], with or without something done to the sums. */
  function product(batch: number, m: number, n: number, k: number, transposed: boolean, finish: boolean) {
    return contraction({
      batch: [batch],
      m: [m],
      n: [n],
      k: [k],
      a: load(f32, 0, weightedSum([axis(0), axis(1), axis(3)], [m * k, k, 1])),
      b: load(f32, 1, weightedSum([axis(0), axis(2), axis(3)], transposed ? [n * k, k, 1] : [n * k, 1, n])),
      stores: [{ binding: 2, index: at(m * n, n, 1), value: finish ? relu(reduced(f32, 0)) : reduced(f32, 0) }],
    });
  }

  function sums(
    a: readonly number[],
    b: readonly number[],
    batch: number,
    m: number,
    n: number,
    k: number,
    t: boolean,
  ) {
    const output = new Float64Array(batch * m * n);
    for (let i = 0; i < output.length; i++) {
      const [image, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
      const [from, to] = [(image * m + row) * k, image * n * k + (t ? column * k : column)];
      let sum = 0;
      for (let j = 0; j < k; j++) sum += (a[from + j] as number) * (b[to + (t ? j : j * n)] as number);
      output[i] = sum;
    }
    return output;
  }

  test.each([
    ['packed rows', 1, 131, 200, 70],
    ['packed rows, in blocks of k', 1, 50, 203, 700],
    ['packed columns', 1, 61, 523, 100],
    ['packed columns, in blocks of k', 1, 25, 101, 1030],
    ['rows with a small right side', 1, 1021, 33, 40],
    ['columns', 1, 7, 1023, 300],
    ['batch index', 37, 33, 30, 41],
  ] as const)('by %s: %i x %i x %i x %i', async (_, batch, m, n, k) => {
    const [a, b] = [numbers(batch * m * k), numbers(batch * n * k, 2)];
    for (const transposed of [true, false]) {
      const output = sums(a, b, batch, m, n, k, transposed);
      const inputs = [a, b, numbers(batch * m * n, 3)];
      await expectSameBits(product(batch, m, n, k, transposed, false), inputs, { output });
      const positive = output.map((x) => Math.max(x, 0));
      await expectSameBits(product(batch, m, n, k, transposed, true), inputs, { output: positive });
    }
  });

  test('whose right side is computed once and shared by the batch', async () => {
    const [batch, m, n, k] = [9, 40, 37, 150];
    const kernel = contraction({
      batch: [batch],
      m: [m],
      n: [n],
      k: [k],
      a: load(f32, 0, weightedSum([axis(0), axis(1), axis(3)], [m * k, k, 1])),
      b: relu(load(f32, 1, weightedSum([axis(3), axis(2)], [n, 1]))),
      stores: [{ binding: 2, index: at(m * n, n, 1), value: reduced(f32, 0) }],
    });
    await expectSameBits(kernel, [numbers(batch * m * k), numbers(n * k, 2), numbers(batch * m * n, 3)]);
  });

  test('whose operands are computed, by rows', async () => {
    const [m, n, k] = [301, 203, 150];
    const kernel = contraction({
      m: [m],
      n: [n],
      k: [k],
      a: relu(load(f32, 0, weightedSum([axis(0), axis(2)], [k, 1]))),
      b: unary('tanh', load(f32, 1, weightedSum([axis(2), axis(1)], [n, 1]))),
      stores: [{ binding: 2, index: at(n, 1), value: relu(reduced(f32, 0)) }],
    });
    await expectSameBits(kernel, [numbers(m * k), numbers(n * k, 2), numbers(m * n, 3)]);
  });

  test.each([
    [13, 5, 7, 20],
    [3, 1, 40, 15],
  ])(
    'that is the weight gradient of a convolution, by groups of images: %i x %i features, %i images',
    async (features, depth, images, side) => {
      const plane = side * side;
      const [y, x] = [4, 5].map((k) => binary('sub', binary('add', axis(k), axis(k - 2)), integer(1))) as [
        Expression,
        Expression,
      ];
      const inside = (e: Expression) => binary('and', binary('ge', e, integer(0)), binary('lt', e, integer(side)));
      // Axes: 0 features; 1 channels, 2 and 3 taps; then images, which come first among the k's; here behind the rows.
      const index = weightedSum([axis(6), axis(1), y, x], [depth * plane, plane, side, 1]);
      const kernel = contraction({
        m: [features],
        n: [depth, 3, 3],
        k: [side, side, images],
        a: load(f32, 0, weightedSum([axis(6), axis(0), axis(4), axis(5)], [features * plane, plane, side, 1])),
        b: load(f32, 1, index, binary('and', inside(y), inside(x))),
        stores: [{ binding: 2, index: at(depth * 9, 9, 3, 1), value: reduced(f32, 0) }],
      });
      const inputs = [
        numbers(images * features * plane),
        numbers(images * depth * plane, 2),
        numbers(features * depth * 9, 3),
      ];
      await expectSameBits(kernel, inputs, { absolute: 1e-3 });
    },
  );
});
