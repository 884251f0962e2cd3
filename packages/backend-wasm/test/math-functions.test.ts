import {
  axis,
  type BinaryFunction,
  binary,
  cast,
  constant,
  type Expression,
  type LoopKernel,
  load,
  reduced,
  type Scalar,
  select,
  type UnaryFunction,
  unary,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { numbers, runKernel } from './device.ts';
import { f32 } from './kernels.ts';
import { binaryOf, unaryOf } from './reference.ts';

/** out[i] = value(in0[i], in1[i]) */
function pointwise(
  count: number,
  inputs: readonly Scalar[],
  output: Scalar,
  value: (...loads: Expression[]) => Expression,
): LoopKernel {
  const loads = inputs.map((dtype, i) => load(dtype, i, axis(0)));
  return {
    form: 'loop',
    bindings: [...inputs.map((dtype) => ({ dtype, access: 'read' as const })), { dtype: output, access: 'write' }],
    arguments: [],
    outer: [count],
    inner: [],
    reductions: [],
    stores: [{ binding: inputs.length, index: axis(0), value: value(...loads) }],
    elementStores: [],
  };
}

/** The distance in units of the last place of the exact value as a float. */
function ulps(got: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(got, rounded)) return 0;
  // Zeros of the wrong sign, too.
  if (got === rounded || !Number.isFinite(got) || !Number.isFinite(rounded)) return Infinity;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), -126);
  return Math.abs(got - exact) / 2 ** (exponent - 23);
}

const least = 2 ** -149;
const specials = [
  0,
  -0,
  least,
  -least,
  2 ** -126,
  2 ** -127,
  -(2 ** -130),
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3.5,
  2 ** 23 + 1,
  2 ** 24,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  Infinity,
  -Infinity,
  NaN,
];

/** Floats whose bit patterns are evenly spaced, so that every power of two gets its share, of both signs. */
function everywhere(count: number, low = 0, high = 0x7f800000): number[] {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const magnitude = low + Math.floor(((high - low) * (i >> 1)) / (count >> 1));
    bits[i] = i % 2 === 0 ? magnitude : (magnitude | 0x80000000) >>> 0;
  }
  return [...new Float32Array(bits.buffer)];
}

const between = (low: number, high: number, count = 40_000): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(low + ((high - low) * i) / (count - 1)));

interface Sweep {
  readonly fn: UnaryFunction;
  readonly points: readonly number[];
  readonly limit: number;
  /** Where the result is this near, relative error is not asked for. */
  readonly absolute?: number;
}

const sweeps: readonly Sweep[] = [
  { fn: 'exp', points: [...between(-104, 89), ...everywhere(20_000), ...specials], limit: 1.5 },
  { fn: 'expm1', points: [...between(-20, 89), ...between(-1, 1), ...everywhere(20_000), ...specials], limit: 3 },
  {
    fn: 'log',
    points: [...everywhere(60_000), ...between(0.9, 1.1), ...between(0.9999, 1.0001), ...between(0, 10), ...specials],
    limit: 1.5,
  },
  {
    fn: 'log1p',
    points: [...everywhere(60_000), ...between(-1, 1), ...between(-0.001, 0.001), ...between(0, 100), ...specials],
    limit: 3.5,
  },
  {
    fn: 'sin',
    points: [...between(-10, 10), ...specials.slice(0, 17), NaN, Infinity, -Infinity],
    limit: 2.5,
    absolute: 1e-9,
  },
  {
    fn: 'cos',
    points: [...between(-10, 10), ...specials.slice(0, 17), NaN, Infinity, -Infinity],
    limit: 2.5,
    absolute: 1e-9,
  },
  { fn: 'sin', points: [...between(-1e4, 1e4), ...between(-1e6, 1e6)], limit: 2.5, absolute: 1e-9 },
  { fn: 'cos', points: [...between(-1e4, 1e4), ...between(-1e6, 1e6)], limit: 2.5, absolute: 1e-9 },
  { fn: 'sin', points: between(-1e9, 1e9), limit: 0, absolute: 1e-6 },
  { fn: 'atan', points: [...between(-10, 10), ...everywhere(40_000), ...specials], limit: 2.5 },
  { fn: 'tanh', points: [...between(-10, 10), ...between(-0.1, 0.1), ...everywhere(40_000), ...specials], limit: 3.5 },
  { fn: 'erf', points: [...between(-5, 5), ...between(-0.1, 0.1), ...everywhere(20_000), ...specials], limit: 8.5 },
  { fn: 'sqrt', points: [...everywhere(10_000), ...specials], limit: 0.5 },
  { fn: 'floor', points: [...between(-10, 10, 401), ...specials], limit: 0 },
  { fn: 'ceil', points: [...between(-10, 10, 401), ...specials], limit: 0 },
  { fn: 'trunc', points: [...between(-10, 10, 401), ...specials], limit: 0 },
  { fn: 'round', points: [...between(-10, 10, 401), ...specials], limit: 0 },
  { fn: 'sign', points: [...everywhere(100), ...specials], limit: 0 },
  { fn: 'abs', points: [...everywhere(100), ...specials], limit: 0 },
  { fn: 'neg', points: [...everywhere(100), ...specials], limit: 0 },
];

describe.each([true, false])('an exponential of what lies below the largest (relaxed SIMD: %s)', (relaxed) => {
  test('is right as far down as there are floats', async () => {
    const points = [0, ...between(-110, 0), ...everywhere(20_000).map((x) => -Math.abs(x)), -Infinity];
    const x = load(f32, 0, axis(0));
    const kernel: LoopKernel = {
      ...pointwise(1, [f32], f32, () => x),
      outer: [],
      inner: [points.length],
      reductions: [{ fn: 'max', value: x }],
      stores: [],
      elementStores: [{ binding: 1, index: axis(0), value: unary('exp', binary('sub', x, reduced(f32, 0))) }],
    };
    const [, got] = await runKernel(kernel, [points, points], { backend: wasm({ relaxed }) });
    expect(Math.max(...points.map((point, i) => ulps(got?.[i] as number, Math.exp(point))))).toBeLessThan(1.5);
  });
});

describe.each([true, false])('a function of a float (relaxed SIMD: %s)', (relaxed) => {
  const backend = wasm({ relaxed });

  test.each(sweeps)('$fn is within $limit ulp', async ({ fn, points, limit, absolute = 0 }) => {
    const kernel = pointwise(points.length, [f32], f32, (x) => unary(fn, x as Expression));
    const [, got] = await runKernel(kernel, [points, points], { backend });
    let worst = 0;
    let where = 0;
    points.forEach((x, i) => {
      const exact = unaryOf(fn, f32, x);
      const y = (got as number[])[i] as number;
      const error = absolute > 0 && Math.abs(y - exact) <= absolute ? 0 : ulps(y, exact);
      if (error > worst || (Number.isNaN(error) && worst < Infinity)) [worst, where] = [error, x];
    });
    expect(worst, `${fn}(${where})`).toBeLessThanOrEqual(limit);
  });

  test.each(['sin', 'cos'] as const)('%s stays within [-1, 1] for any argument', async (fn) => {
    const points = everywhere(20_000, 0x4e800000);
    const kernel = pointwise(points.length, [f32], f32, (x) => unary(fn, x as Expression));
    const [, got] = await runKernel(kernel, [points, points], { backend });
    expect(got?.every((y) => Math.abs(y) <= 1)).toBe(true);
  });

  test('pow is within 1 ulp, at the edges too', async () => {
    const grid = [...specials, 2, 3, -2, -3, 10, 0.1, -0.1, 1.0000001, 0.99999994, 7, -7.5, 1e-20, 1e20];
    const bases = grid.flatMap((x) => grid.map(() => x));
    const exponents = grid.flatMap(() => grid);
    bases.push(...numbers(20_000).map((x) => (x + 1) * 5), ...everywhere(20_000));
    exponents.push(...numbers(20_000, 2).map((x) => x * 30), ...numbers(20_000, 3).map((x) => x * 3));
    const [x, y] = [Float32Array.from(bases), Float32Array.from(exponents)];
    const kernel = pointwise(x.length, [f32, f32], f32, (a, b) => binary('pow', a as Expression, b as Expression));
    const [, , got] = await runKernel(kernel, [x, y, x], { backend });
    let worst = 0;
    let where = '';
    got?.forEach((value, i) => {
      const [a, b] = [x[i] as number, y[i] as number];
      const exact = binaryOf('pow', f32, a, b);
      const error = ulps(value, exact);
      if (!(error <= worst)) [worst, where] = [error, `${a} ** ${b} = ${value}, not ${exact}`];
    });
    expect(worst, where).toBeLessThanOrEqual(1);
  });

  test('rem is exact', async () => {
    const grid = [...specials, 3, 7, 0.1, 1e-20, 1e20, -5.25];
    const bases = [...grid.flatMap((x) => grid.map(() => x)), ...everywhere(20_000)];
    const exponents = [...grid.flatMap(() => grid), ...everywhere(20_000).reverse()];
    const [x, y] = [Float32Array.from(bases), Float32Array.from(exponents)];
    const kernel = pointwise(x.length, [f32, f32], f32, (a, b) => binary('rem', a as Expression, b as Expression));
    const [, , got] = await runKernel(kernel, [x, y, x], { backend });
    got?.forEach((value, i) => {
      const exact = (x[i] as number) % (y[i] as number);
      if (!Object.is(value, exact) && value !== exact) {
        expect.fail(`${x[i]} % ${y[i]} = ${value}, not ${exact}`);
      }
    });
  });
});

const integers = [0, 1, -1, 2, -2, 3, 7, -7, 8, 31, 100, -100, 12345, -98765, 2 ** 31 - 1, -(2 ** 31)];

const binaryTables: readonly [Scalar, readonly number[], readonly BinaryFunction[]][] = [
  [
    'int32',
    integers,
    ['add', 'sub', 'mul', 'div', 'rem', 'max', 'min', 'and', 'or', 'xor', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'],
  ],
  [f32, specials, ['add', 'sub', 'mul', 'div', 'max', 'min', 'eq', 'ne', 'lt', 'le', 'gt', 'ge']],
  ['bool', [0, 1], ['and', 'or', 'xor', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'max', 'min']],
];

describe('a function of two values', () => {
  for (const [dtype, values, functions] of binaryTables) {
    test.each(functions)(`%s on ${dtype}`, async (fn) => {
      const a = values.flatMap((x) => values.map(() => x));
      const b = values.flatMap(() => values);
      const result = binary(fn, load(dtype, 0, axis(0)), load(dtype, 1, axis(0))).dtype;
      const kernel = pointwise(a.length, [dtype, dtype], result, (x, y) =>
        binary(fn, x as Expression, y as Expression),
      );
      const [, , got] = await runKernel(kernel, [a, b, a]);
      const wanted = a.map((x, i) => {
        const exact = binaryOf(fn, dtype, x, b[i] as number);
        return (result === f32 ? Math.fround(exact) : exact) + 0;
      });
      expect(got?.map((x) => x + 0)).toEqual(wanted);
    });
  }

  test.each(['max', 'min'] as const)('%s with a constant keeps NaN', async (fn) => {
    for (const swapped of [false, true]) {
      const kernel = pointwise(specials.length, [f32], f32, (x) => {
        const [a, b] = [x as Expression, constant(f32, 1)];
        return swapped ? binary(fn, b, a) : binary(fn, a, b);
      });
      const [, got] = await runKernel(kernel, [specials, specials]);
      expect(got).toEqual(specials.map((x) => Math[fn](x, 1)));
    }
  });

  test.each(['add', 'sub', 'mul', 'div', 'rem', 'max', 'min', 'lt', 'ge', 'and', 'xor'] as const)(
    '%s on unsigned integers',
    async (fn) => {
      const a = integers.flatMap((x) => integers.map(() => x));
      const b = integers.flatMap(() => integers);
      const kernel = pointwise(a.length, ['int32', 'int32'], 'int32', (x, y) =>
        cast('int32', binary(fn, cast('uint32', x as Expression), cast('uint32', y as Expression))),
      );
      const [, , got] = await runKernel(kernel, [a, b, a]);
      expect(got).toEqual(a.map((x, i) => binaryOf(fn, 'uint32', x >>> 0, (b[i] as number) >>> 0) | 0));
    },
  );

  test.each(['div', 'rem'] as const)('%s by a constant is exact on any integer', async (fn) => {
    const many = [...integers, ...numbers(1000).map((x) => Math.round(x * 2 ** 31) | 0)];
    for (const divisor of [1, -1, 2, 3, 7, -10, 49, 641, 65537, 2 ** 31 - 1, -(2 ** 31), 0]) {
      const multiples = many.map((x) => Math.imul(Math.trunc(x / (divisor || 1)), divisor));
      const values = [...many, ...multiples];
      const by: Expression = { kind: 'constant', dtype: 'int32', value: divisor };
      const kernel = pointwise(values.length, ['int32'], 'int32', (x) => ({
        kind: 'binary',
        dtype: 'int32',
        fn,
        a: x as Expression,
        b: by,
      }));
      const [, got] = await runKernel(kernel, [values, values]);
      expect(got).toEqual(values.map((x) => binaryOf(fn, 'int32', x, divisor)));
    }
  });

  test.each(['shiftLeft', 'shiftRight'] as const)('%s by a constant and by a value', async (fn) => {
    for (const dtype of ['int32', 'uint32'] as const) {
      const a = integers.flatMap((x) => [0, 1, 5, 31].map(() => x));
      const b = integers.flatMap(() => [0, 1, 5, 31]);
      const shift = (x: Expression, y: Expression) => cast('int32', binary(fn, cast(dtype, x), cast(dtype, y)));
      const byValue = pointwise(a.length, ['int32', 'int32'], 'int32', (x, y) =>
        shift(x as Expression, y as Expression),
      );
      const exact = (x: number, y: number) => binaryOf(fn, dtype, dtype === 'int32' ? x : x >>> 0, y) | 0;
      const [, , got] = await runKernel(byValue, [a, b, a]);
      expect(got).toEqual(a.map((x, i) => exact(x, b[i] as number)));
      const byFive = pointwise(a.length, ['int32'], 'int32', (x) => shift(x as Expression, constant(dtype, 5)));
      const [, five] = await runKernel(byFive, [a, a]);
      expect(five).toEqual(a.map((x) => exact(x, 5)));
    }
  });
});

describe('a cast', () => {
  const floats = [0, -0, 0.5, -0.5, 1.9, -1.9, 100.5, -1e9, 2 ** 31 - 128, NaN];
  const table: readonly [Scalar, Scalar, readonly number[], (x: number) => number][] = [
    [f32, 'int32', floats, (x) => Math.trunc(x) | 0],
    [f32, 'bool', floats, (x) => (x !== 0 ? 1 : 0)],
    ['int32', f32, integers, Math.fround],
    ['int32', 'bool', integers, (x) => (x !== 0 ? 1 : 0)],
    ['bool', f32, [0, 1, 1], (x) => x],
    ['bool', 'int32', [0, 1, 1], (x) => x],
  ];
  test.each(table)('from %s to %s', async (from, to, values, exact) => {
    const kernel = pointwise(values.length, [from], to, (x) => cast(to, x as Expression));
    const [, got] = await runKernel(kernel, [values, values]);
    expect(got?.map((x) => x + 0)).toEqual(values.map((x) => exact(x) + 0));
  });

  test('from unsigned integers to floats, with and without a shift', async () => {
    for (const shift of [0, 8]) {
      const kernel = pointwise(integers.length, ['int32'], f32, (x) => {
        const unsigned = cast('uint32', x as Expression);
        return cast(f32, shift ? binary('shiftRight', unsigned, constant('uint32', shift)) : unsigned);
      });
      const [, got] = await runKernel(kernel, [integers, integers]);
      expect(got).toEqual(integers.map((x) => Math.fround(x >>> shift)));
    }
  });
});

test('select and logic take bools of any origin', async () => {
  const values = specials.filter((x) => !Number.isNaN(x));
  const kernel = pointwise(values.length, [f32], f32, (x) => {
    const a = x as Expression;
    const positive = binary('gt', a, constant(f32, 0));
    const small = binary('lt', a, constant(f32, 2));
    return select(binary('and', positive, unary('not', small)), a, constant(f32, -7));
  });
  const [, got] = await runKernel(kernel, [values, values]);
  expect(got).toEqual(values.map((x) => (x > 0 && !(x < 2) ? x : -7)));
});
