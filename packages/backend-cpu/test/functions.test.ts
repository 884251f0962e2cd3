import {
  axis,
  type BinaryFunction,
  binary,
  cast,
  constant,
  type Expression,
  load,
  type Scalar,
  type UnaryFunction,
  unary,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { runKernel } from './run-kernel.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const { PI, E, LN2, SQRT2 } = Math;
/** x² / 2 is far below float64's last digit here, and x³ / 6 vanishes: the series of a function is two terms long. */
const small = 2 ** -30;

/** What the expression gives for each row of inputs. */
async function evaluate(
  build: (...inputs: Expression[]) => Expression,
  dtype: Scalar,
  columns: readonly (readonly number[])[],
): Promise<number[]> {
  const count = columns[0]!.length;
  const value = build(...columns.map((_, i) => load(dtype, i, axis(0))));
  const results = await runKernel(
    {
      form: 'loop',
      outer: [count],
      inner: [],
      reductions: [],
      elementStores: [],
      arguments: [],
      bindings: [
        ...columns.map(() => ({ dtype, access: 'read' }) as const),
        { dtype: value.dtype, access: 'write' } as const,
      ],
      stores: [{ binding: columns.length, index: axis(0), value }],
    },
    [...columns, count],
  );
  return results.at(-1)!;
}

/** The same number, or within `ulps` units in the last place of the dtype. */
function expectNear(got: number, expected: number, dtype: Scalar, ulps: number, what: string): void {
  const rounded = dtype === 'float32' ? Math.fround(expected) : expected;
  if (Object.is(got, rounded) || (got === 0 && rounded === 0)) return;
  const epsilon = dtype === 'float32' ? 2 ** -23 : 2 ** -52;
  expect(Math.abs(got - rounded), `${what}: ${got} is not ${rounded}`).toBeLessThanOrEqual(
    ulps * epsilon * Math.abs(rounded),
  );
}

/** Inputs are exact in both precisions; the outputs are closed forms, or decimals from tables of the function. */
const unaryTable: Readonly<Record<Exclude<UnaryFunction, 'not'>, readonly (readonly [number, number])[]>> = {
  neg: [
    [1.5, -1.5],
    [-infinity, infinity],
    [nan, nan],
  ],
  abs: [
    [-1.5, 1.5],
    [-infinity, infinity],
    [nan, nan],
  ],
  sign: [
    [-2.5, -1],
    [0, 0],
    [-0, 0],
    [infinity, 1],
    [nan, nan],
  ],
  floor: [
    [-1.5, -2],
    [1.5, 1],
    [-0.25, -1],
    [2, 2],
    [infinity, infinity],
    [nan, nan],
  ],
  ceil: [
    [-1.5, -1],
    [1.25, 2],
    [0.25, 1],
    [2, 2],
    [-infinity, -infinity],
    [nan, nan],
  ],
  trunc: [
    [-1.75, -1],
    [1.75, 1],
    [0.5, 0],
    [nan, nan],
  ],
  round: [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [0.75, 1],
    [2 ** 23 + 1, 2 ** 23 + 1],
    [nan, nan],
  ],
  sqrt: [
    [2, SQRT2],
    [0.25, 0.5],
    [-1, nan],
    [infinity, infinity],
    [nan, nan],
  ],
  exp: [
    [0, 1],
    [1, E],
    [-infinity, 0],
    [1000, infinity],
    [-0.5, 1 / Math.sqrt(E)],
    [nan, nan],
  ],
  expm1: [
    [0, 0],
    [1, E - 1],
    [small, small + small ** 2 / 2],
    [-infinity, -1],
    [1000, infinity],
    [nan, nan],
  ],
  log: [
    [1, 0],
    [2, LN2],
    [0, -infinity],
    [-1, nan],
    [infinity, infinity],
    [1024, 10 * LN2],
    [nan, nan],
  ],
  log1p: [
    [0, 0],
    [1, LN2],
    [small, small - small ** 2 / 2],
    [-1, -infinity],
    [-2, nan],
    [infinity, infinity],
    [nan, nan],
  ],
  sin: [
    [0, 0],
    [1, 0.8414709848078965],
    [-2, -0.9092974268256817],
    [100, -0.5063656411097588],
    [infinity, nan],
    [nan, nan],
  ],
  cos: [
    [0, 1],
    [1, 0.5403023058681398],
    [-2, -0.4161468365471424],
    [100, 0.8623188722876839],
    [infinity, nan],
    [nan, nan],
  ],
  atan: [
    [0, 0],
    [1, PI / 4],
    [-1, -PI / 4],
    [infinity, PI / 2],
    [-infinity, -PI / 2],
    [nan, nan],
  ],
  tanh: [
    [0, 0],
    [1, 0.7615941559557649],
    [-0.5, -0.4621171572600097],
    [100, 1],
    [-infinity, -1],
    [nan, nan],
  ],
  erf: [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [-2, -0.9953222650189527],
    [7, 1],
    [-infinity, -1],
    [nan, nan],
  ],
};

const binaryTable: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  add: [
    [1.5, 2.25, 3.75],
    [infinity, -infinity, nan],
    [nan, 1, nan],
  ],
  sub: [
    [1.5, 2.25, -0.75],
    [infinity, infinity, nan],
  ],
  mul: [
    [-1.5, 2.5, -3.75],
    [0, infinity, nan],
  ],
  div: [
    [7, 2, 3.5],
    [1, 0, infinity],
    [-1, 0, -infinity],
    [0, 0, nan],
    [1, infinity, 0],
  ],
  rem: [
    [7, 2, 1],
    [-7, 2, -1],
    [7, -2, 1],
    [5.5, 1.25, 0.5],
    [5, 0, nan],
    [infinity, 2, nan],
    [5, infinity, 5],
  ],
  pow: [
    [2, 10, 1024],
    [2, -1, 0.5],
    [-2, 3, -8],
    [-2, 0.5, nan],
    [0, 0, 1],
    [0, -1, infinity],
    [nan, 0, 1],
    [1, nan, 1],
    [1, infinity, 1],
    [-1, infinity, 1],
    [-1, -infinity, 1],
    [2, -infinity, 0],
    [2, nan, nan],
    [4, 0.5, 2],
  ],
  max: [
    [1, 2, 2],
    [-1, -2, -1],
    [nan, 1, nan],
    [1, nan, nan],
    [infinity, 1, infinity],
  ],
  min: [
    [1, 2, 1],
    [-1, -2, -2],
    [nan, 1, nan],
    [1, nan, nan],
    [-infinity, 1, -infinity],
  ],
  eq: [
    [1, 1, 1],
    [1, 2, 0],
    [nan, nan, 0],
    [0, -0, 1],
  ],
  ne: [
    [1, 1, 0],
    [1, 2, 1],
    [nan, nan, 1],
  ],
  lt: [
    [1, 2, 1],
    [1, 1, 0],
    [nan, 1, 0],
  ],
  le: [
    [1, 2, 1],
    [1, 1, 1],
    [2, 1, 0],
    [nan, nan, 0],
  ],
  gt: [
    [2, 1, 1],
    [1, 1, 0],
    [nan, 1, 0],
  ],
  ge: [
    [2, 1, 1],
    [1, 1, 1],
    [1, 2, 0],
    [1, nan, 0],
  ],
};

describe.each(['float32', 'float64'] as const)('the functions of %s', (dtype) => {
  test.each(Object.entries(unaryTable))('%s has its values at the edges and between', async (fn, rows) => {
    const got = await evaluate((x) => unary(fn as UnaryFunction, x), dtype, [rows.map(([x]) => x)]);
    rows.forEach(([x, y], i) => {
      expectNear(got[i]!, y, dtype, 1, `${fn}(${x})`);
    });
  });

  test.each(Object.entries(binaryTable))('%s has its values at the edges and between', async (fn, rows) => {
    const got = await evaluate((x, y) => binary(fn as BinaryFunction, x, y), dtype, [
      rows.map(([x]) => x),
      rows.map(([, y]) => y),
    ]);
    expect(got).toEqual(rows.map(([, , z]) => z));
  });

  test('rounding to the nearest keeps the sign of zero', async () => {
    const got = await evaluate((x) => unary('round', x), dtype, [[-0.5, -0, 0]]);
    expect(got.map((x) => Object.is(x, -0))).toEqual([true, true, false]);
  });

  test('erf follows its series everywhere to a few units in the last place', async () => {
    // erf x = 2/√π · exp(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!: no term is negative, so nothing cancels.
    const inputs = Array.from({ length: 600 }, (_, i) => (i + 1) / 128);
    const got = await evaluate((x) => unary('erf', x), dtype, [inputs]);
    inputs.forEach((x, i) => {
      let [term, sum] = [x, 0];
      for (let n = 0; n < 200; n++) {
        sum += term;
        term *= (2 * x * x) / (2 * n + 3);
      }
      expectNear(
        got[i]!,
        (2 / Math.sqrt(PI)) * Math.exp(-x * x) * sum,
        dtype,
        dtype === 'float64' ? 6 : 1,
        `erf(${x})`,
      );
    });
  });
});

describe('the functions of integers', () => {
  const lowest = -(2 ** 31);
  const table: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
    add: [
      [2 ** 31 - 1, 1, lowest],
      [-3, 5, 2],
    ],
    sub: [[lowest, 1, 2 ** 31 - 1]],
    mul: [
      [2 ** 16 + 1, 2 ** 16 + 1, 2 ** 17 + 1],
      [-3, 5, -15],
    ],
    div: [
      [7, 2, 3],
      [-7, 2, -3],
      [7, -2, -3],
      [5, 0, 0],
      [lowest, -1, lowest],
    ],
    rem: [
      [7, 2, 1],
      [-7, 2, -1],
      [7, -2, 1],
      [5, 0, 0],
      [lowest, -1, 0],
    ],
    max: [[-1, 3, 3]],
    min: [[-1, 3, -1]],
    and: [
      [12, 10, 8],
      [-1, 5, 5],
    ],
    or: [[12, 10, 14]],
    xor: [
      [12, 10, 6],
      [-1, 0, -1],
    ],
    shiftLeft: [
      [1, 31, lowest],
      [3, 2, 12],
    ],
    shiftRight: [
      [-8, 1, -4],
      [lowest, 31, -1],
    ],
  };

  test.each(Object.entries(table))('%s of int32 wraps and truncates', async (fn, rows) => {
    const got = await evaluate((x, y) => binary(fn as BinaryFunction, x, y), 'int32', [
      rows.map(([x]) => x),
      rows.map(([, y]) => y),
    ]);
    expect(got).toEqual(rows.map(([, , z]) => z));
  });

  test('unary functions of int32 wrap', async () => {
    const inputs = [[5, -5, 0, lowest]];
    expect(await evaluate((x) => unary('neg', x), 'int32', inputs)).toEqual([-5, 5, 0, lowest]);
    expect(await evaluate((x) => unary('abs', x), 'int32', inputs)).toEqual([5, 5, 0, lowest]);
    expect(await evaluate((x) => unary('sign', x), 'int32', inputs)).toEqual([1, -1, 0, -1]);
    expect(await evaluate((x) => unary('not', x), 'int32', inputs)).toEqual([-6, 4, -1, 2 ** 31 - 1]);
  });

  test('a result wraps before it is used again, not only when it is stored', async () => {
    const isNegative = (x: Expression) => binary('lt', x, constant('int32', 0));
    expect(await evaluate((x) => isNegative(unary('abs', x)), 'int32', [[lowest]])).toEqual([1]);
    expect(await evaluate((x) => isNegative(unary('neg', x)), 'int32', [[lowest]])).toEqual([1]);
    const isZero = (x: Expression) => binary('eq', x, constant('int32', 0));
    expect(await evaluate((x) => isZero(cast('int32', x)), 'float32', [[nan]])).toEqual([1]);
    expect(await evaluate((x) => isZero(binary('div', x, x)), 'int32', [[0]])).toEqual([1]);
    expect(await evaluate((x) => isZero(binary('rem', x, x)), 'int32', [[0]])).toEqual([1]);
  });

  test('uint32 arithmetic is that of whole numbers modulo 2^32', async () => {
    const edges = [0, 1, 2, 3, 31, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xd2511f53, 0xffffffff];
    const pairs = edges.flatMap((x) => edges.map((y) => [x, y] as const));
    const wrap = (x: bigint) => Number(BigInt.asUintN(32, x));
    const expected: Record<string, (x: bigint, y: bigint) => number> = {
      add: (x, y) => wrap(x + y),
      sub: (x, y) => wrap(x - y),
      mul: (x, y) => wrap(x * y),
      div: (x, y) => (y === 0n ? 0 : wrap(x / y)),
      rem: (x, y) => (y === 0n ? 0 : wrap(x % y)),
      and: (x, y) => wrap(x & y),
      or: (x, y) => wrap(x | y),
      xor: (x, y) => wrap(x ^ y),
      max: (x, y) => wrap(x > y ? x : y),
      min: (x, y) => wrap(x > y ? y : x),
      shiftLeft: (x, y) => wrap(x << (y % 32n)),
      shiftRight: (x, y) => wrap(x >> (y % 32n)),
      lt: (x, y) => (x < y ? 1 : 0),
      ge: (x, y) => (x >= y ? 1 : 0),
    };
    for (const [fn, f] of Object.entries(expected)) {
      const got = await evaluate((x, y) => binary(fn as BinaryFunction, x, y), 'uint32', [
        pairs.map(([x]) => x),
        pairs.map(([, y]) => y),
      ]);
      expect(got, fn).toEqual(pairs.map(([x, y]) => f(BigInt(x), BigInt(y))));
    }
    expect(await evaluate((x) => unary('not', x), 'uint32', [[0, 5]])).toEqual([0xffffffff, 0xfffffffa]);
    expect(await evaluate((x) => unary('neg', x), 'uint32', [[0, 5]])).toEqual([0, 0xfffffffb]);
  });

  test('bools have their truth tables', async () => {
    const columns = [
      [0, 0, 1, 1],
      [0, 1, 0, 1],
    ];
    const tables = {
      and: [0, 0, 0, 1],
      or: [0, 1, 1, 1],
      xor: [0, 1, 1, 0],
      eq: [1, 0, 0, 1],
      max: [0, 1, 1, 1],
      min: [0, 0, 0, 1],
    };
    for (const [fn, expected] of Object.entries(tables)) {
      expect(await evaluate((x, y) => binary(fn as BinaryFunction, x, y), 'bool', columns), fn).toEqual(expected);
    }
    expect(await evaluate((x) => unary('not', x), 'bool', [[0, 1]])).toEqual([1, 0]);
  });

  test('a function that a dtype does not have is refused with the kernel shown', async () => {
    await expect(evaluate((x) => unary('exp', x), 'int32', [[1]])).rejects.toThrow(/exp of int32[\s\S]*loop \[1\]/);
    await expect(evaluate((x, y) => binary('add', x, y), 'bool', [[1], [1]])).rejects.toThrow('add of bool');
    await expect(evaluate((x, y) => binary('xor', x, y), 'float32', [[1], [1]])).rejects.toThrow('xor of float32');
  });
});

describe('a cast', () => {
  const floats = [1.75, -1.75, -0.5, 0, nan, 3e9, -3e9, 5e9, infinity];
  test.each([
    ['float64', 'int32', floats, [1, -1, 0, 0, 0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, 2 ** 31 - 1]],
    ['float64', 'uint32', floats, [1, 0, 0, 0, 0, 3e9, 0, 2 ** 32 - 1, 2 ** 32 - 1]],
    ['float64', 'bool', floats, [1, 1, 1, 0, 1, 1, 1, 1, 1]],
    ['float64', 'float32', [0.1, 1e40], [Math.fround(0.1), infinity]],
    ['int32', 'uint32', [-1, 5], [2 ** 32 - 1, 5]],
    ['uint32', 'int32', [2 ** 32 - 1, 5], [-1, 5]],
    ['int32', 'float32', [2 ** 24 + 1, -3], [2 ** 24, -3]],
    ['uint32', 'float32', [2 ** 32 - 1, 3], [2 ** 32, 3]],
    ['int32', 'bool', [-1, 0, 7], [1, 0, 1]],
    ['bool', 'float32', [0, 1, 2], [0, 1, 1]],
    ['bool', 'int32', [0, 1, 2], [0, 1, 1]],
  ] as const)('from %s to %s', async (from, to, inputs, expected) => {
    const got = await evaluate((x) => cast(to, x), from, [inputs]);
    expect(got.map((x) => x + 0)).toEqual(expected);
  });
});
