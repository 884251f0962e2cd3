/** The routines that work on lines: running folds and places in sorted order. */
import {
  axis,
  binary,
  constant,
  type Expression,
  load,
  type RankKernel,
  type ReductionFunction,
  type Scalar,
  type ScanKernel,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { describe, test } from 'vitest';
import { expectSame, numbers } from './device.ts';

type Sizes = readonly [outer: number, length: number, inner: number];

const at = ([, length, inner]: Sizes) => weightedSum([axis(0), axis(1), axis(2)], [length * inner, inner, 1]);
const sizeOf = (sizes: Sizes) => sizes[0] * sizes[1] * sizes[2];

function scan(
  sizes: Sizes,
  fn: ReductionFunction,
  options: { dtype?: Scalar; reverse?: boolean; value?: Expression } = {},
): ScanKernel {
  const { dtype = 'float32', reverse = false, value = load(dtype, 0, at(sizes)) } = options;
  const [outer, length, inner] = sizes;
  const bindings = [
    { dtype, access: 'read' },
    { dtype, access: 'write' },
  ] as const;
  return {
    form: 'routine',
    routine: 'scan',
    bindings,
    arguments: [],
    outer,
    length,
    inner,
    fn,
    reverse,
    value,
    output: 1,
  };
}

function rank(
  sizes: Sizes,
  descending: boolean,
  dtype: Scalar = 'float32',
  value = load(dtype, 0, at(sizes)),
): RankKernel {
  const [outer, length, inner] = sizes;
  const bindings = [
    { dtype, access: 'read' },
    { dtype: 'int32', access: 'write' },
  ] as const;
  return {
    form: 'routine',
    routine: 'rank',
    bindings,
    arguments: [],
    outer,
    length,
    inner,
    descending,
    value,
    output: 1,
  };
}

const shapes = [
  [1, 1, 1],
  [1, 7, 1],
  [3, 10, 3],
  [2, 6, 4],
  [2, 9, 37],
  [5, 1, 9],
] as const satisfies readonly Sizes[];

const zeros = (sizes: Sizes) => new Array<number>(sizeOf(sizes)).fill(0);
const integers = (sizes: Sizes, spread: number) => numbers(sizeOf(sizes), 5).map((x) => Math.round(x * spread));

describe.each([false, true])('scan (reverse: %s)', (reverse) => {
  for (const fn of ['sum', 'prod', 'max', 'min'] as const) {
    test.each(shapes)(`folds a running ${fn} of floats: %i x %i x %i`, async (...sizes) => {
      await expectSame(scan(sizes, fn, { reverse }), [numbers(sizeOf(sizes)), zeros(sizes)]);
    });

    test.each(shapes)(`folds a running ${fn} of integers: %i x %i x %i`, async (...sizes) => {
      await expectSame(scan(sizes, fn, { dtype: 'int32', reverse }), [integers(sizes, 1e5), zeros(sizes)]);
    });

    test(`folds a running ${fn} of bools`, async () => {
      const sizes = [2, 5, 6] as const;
      const data = integers(sizes, 1).map(Math.abs);
      await expectSame(scan(sizes, fn, { dtype: 'bool', reverse }), [data, zeros(sizes)]);
    });
  }

  test('keeps a NaN, and an infinity, from where it stands', async () => {
    for (const inner of [1, 8]) {
      const sizes = [1, 6, inner] as const;
      const data = zeros(sizes).map((_, i) => [1, Infinity, 2, Number.NaN, 3, 4][Math.floor(i / inner)] as number);
      for (const fn of ['sum', 'prod', 'max', 'min'] as const) {
        await expectSame(scan(sizes, fn, { reverse }), [data, zeros(sizes)]);
      }
    }
  });
});

describe('scan', () => {
  test('computes what it folds, from lines that lie anyhow', async () => {
    const sizes = [3, 5, 8] as const;
    const transposed = load('float32', 0, weightedSum([axis(0), axis(1), axis(2)], [1, 24, 3]));
    const value = unary('exp', binary('mul', transposed, constant('float32', 0.5)));
    await expectSame(scan(sizes, 'sum', { value }), [numbers(120), zeros(sizes)]);
  });

  test('may overwrite what it folds', async () => {
    const sizes = [2, 5, 6] as const;
    const data = numbers(60);
    const kernel: ScanKernel = {
      ...scan(sizes, 'sum'),
      bindings: [{ dtype: 'float32', access: 'write' }],
      output: 0,
    };
    await expectSame(kernel, [data]);
  });

  test('counts beyond 2^24, where a float32 total would stand still', async () => {
    for (const inner of [1, 8]) {
      const sizes = [1, 9, inner] as const;
      const data = zeros(sizes).map((_, i) => (i < inner ? 2 ** 24 : 1));
      await expectSame(scan(sizes, 'sum'), [data, zeros(sizes)], { relative: 0, absolute: 0 });
    }
  });
});

describe.each([false, true])('rank (descending: %s)', (descending) => {
  test.each([...shapes, [1, 257, 1], [1, 1000, 2]] as const)(
    'places distinct floats: %i x %i x %i',
    async (...sizes) => {
      await expectSame(rank(sizes, descending), [numbers(sizeOf(sizes)), zeros(sizes)]);
    },
  );

  test.each(shapes)('keeps the order of equal integers: %i x %i x %i', async (...sizes) => {
    await expectSame(rank(sizes, descending, 'int32'), [integers(sizes, 3), zeros(sizes)]);
  });

  test('orders integers at the ends of their range', async () => {
    const data = [0, 2 ** 31 - 1, -(2 ** 31), -1, 1, -(2 ** 31), 2 ** 31 - 1];
    await expectSame(rank([1, 7, 1], descending, 'int32'), [data, zeros([1, 7, 1])]);
  });

  test('orders bools', async () => {
    const sizes = [1, 11, 1] as const;
    const data = integers(sizes, 1).map(Math.abs);
    await expectSame(rank(sizes, descending, 'bool'), [data, zeros(sizes)]);
  });

  test('puts NaN above everything, and zeros of both signs together', async () => {
    const data = [Number.NaN, 0, -0, Infinity, -Infinity, -0, 1e-42, -1e-42, Number.NaN, 0, -3, 3e38];
    const sizes = [1, 12, 1] as const;
    await expectSame(rank(sizes, descending), [data, zeros(sizes)]);
    // The sign of a NaN must not matter either.
    await expectSame(rank(sizes, descending, 'float32', unary('neg', load('float32', 0, at(sizes)))), [
      data,
      zeros(sizes),
    ]);
  });

  test('reads its lines from where they lie', async () => {
    const sizes = [2, 9, 5] as const;
    const transposed = load('float32', 0, weightedSum([axis(0), axis(1), axis(2)], [45, 1, 9]));
    await expectSame(rank(sizes, descending, 'float32', transposed), [numbers(90), zeros(sizes)]);
  });
});
