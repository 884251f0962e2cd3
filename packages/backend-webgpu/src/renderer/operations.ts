import { type BinaryFunction, computedIn, type Expression, type Scalar, type UnaryFunction } from '@evenkeel/backend';
import { errorFunction } from './functions/error-function.ts';
import { exponential, exponentialMinusOne, hyperbolicTangent } from './functions/exponential.ts';
import { toInt, toUint } from './functions/integer.ts';
import { logarithm, logarithmOfOnePlus } from './functions/logarithm.ts';
import { larger, signOf, smaller } from './functions/order.ts';
import { power, remainder } from './functions/power.ts';
import type { ShaderFunction } from './functions/shader-function.ts';
import { isNan } from './functions/special-values.ts';
import { arcTangent, cosine, sine } from './functions/trigonometry.ts';
import { toHalf } from './halves.ts';

/** Has a function in the shader and gives its name. */
export type Use = (fn: ShaderFunction) => string;

type Unary = (a: string, use: Use) => string;
type Binary = (a: string, b: string, use: Use) => string;

const call =
  (fn: ShaderFunction): Unary =>
  (a, use) =>
    `${use(fn)}(${a})`;

const named =
  (name: string): Unary =>
  (a) =>
    `${name}(${a})`;

const floatUnary: Partial<Record<UnaryFunction, Unary>> = {
  neg: (a) => `bitcast<f32>(bitcast<u32>(${a}) ^ 0x80000000u)`,
  abs: named('abs'),
  sign: call(signOf),
  floor: named('floor'),
  ceil: named('ceil'),
  trunc: named('trunc'),
  round: named('round'),
  sqrt: named('sqrt'),
  exp: call(exponential),
  expm1: call(exponentialMinusOne),
  log: call(logarithm),
  log1p: call(logarithmOfOnePlus),
  sin: call(sine),
  cos: call(cosine),
  atan: call(arcTangent),
  tanh: call(hyperbolicTangent),
  erf: call(errorFunction),
};

const unaryOperations: Readonly<Record<Scalar, Partial<Record<UnaryFunction, Unary>>>> = {
  float32: floatUnary,
  float64: {},
  float16: {},
  int32: { neg: (a) => `-${a}`, abs: named('abs'), sign: named('sign'), not: (a) => `~${a}` },
  uint32: { neg: (a) => `0u - ${a}`, not: (a) => `~${a}` },
  bool: { not: (a) => `!${a}` },
};

const infix =
  (symbol: string): Binary =>
  (a, b) =>
    `${a} ${symbol} ${b}`;

const callWithTwo =
  (fn: ShaderFunction): Binary =>
  (a, b, use) =>
    `${use(fn)}(${a}, ${b})`;

const namedWithTwo =
  (name: string): Binary =>
  (a, b) =>
    `${name}(${a}, ${b})`;

const comparisons: Partial<Record<BinaryFunction, Binary>> = {
  eq: infix('=='),
  ne: infix('!='),
  lt: infix('<'),
  le: infix('<='),
  gt: infix('>'),
  ge: infix('>='),
};

const shift =
  (symbol: string): Binary =>
  (a, b) =>
    `${a} ${symbol} (u32(${b}) & 31u)`;

/** An integer divided by zero is 0, and so is the rest; the symbol itself gives something else. */
const orZero =
  (symbol: string, zero: string): Binary =>
  (a, b) => {
    const isConstant = /^-?\d+[iu]$/.test(b);
    if (isConstant) return Number.parseInt(b, 10) === 0 ? zero : `${a} ${symbol} ${b}`;
    return `select(${a} ${symbol} ${b}, ${zero}, ${b} == ${zero})`;
  };

const whole = (zero: string): Partial<Record<BinaryFunction, Binary>> => ({
  ...comparisons,
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: orZero('/', zero),
  rem: orZero('%', zero),
  max: namedWithTwo('max'),
  min: namedWithTwo('min'),
  and: infix('&'),
  or: infix('|'),
  xor: infix('^'),
  shiftLeft: shift('<<'),
  shiftRight: shift('>>'),
});

// A shader compiler may take `x == x` for true: that a NaN equals nothing is said in so many words. `&` and `|` have no branches, which
// `&&` and `||` have: a compiler needs seconds for a shader with a hundred of them.
const binaryOperations: Readonly<Record<Scalar, Partial<Record<BinaryFunction, Binary>>>> = {
  float32: {
    ...comparisons,
    eq: (a, b, use) => `(${a} == ${b}) & !(${use(isNan)}(${a}) | ${use(isNan)}(${b}))`,
    ne: (a, b, use) => `(${a} != ${b}) | ${use(isNan)}(${a}) | ${use(isNan)}(${b})`,
    add: infix('+'),
    sub: infix('-'),
    mul: infix('*'),
    div: infix('/'),
    rem: callWithTwo(remainder),
    pow: callWithTwo(power),
    max: callWithTwo(larger),
    min: callWithTwo(smaller),
  },
  float64: {},
  float16: {},
  int32: whole('0i'),
  uint32: whole('0u'),
  bool: {
    eq: infix('=='),
    ne: infix('!='),
    lt: (a, b) => `!${a} & ${b}`,
    le: (a, b) => `!${a} | ${b}`,
    gt: (a, b) => `${a} & !${b}`,
    ge: (a, b) => `${a} | !${b}`,
    max: infix('|'),
    min: infix('&'),
    and: infix('&'),
    or: infix('|'),
    xor: infix('!='),
  },
};

/** `fn(a)`, or undefined where the dtype has no such function. */
export function unaryText(fn: UnaryFunction, dtype: Scalar, a: string, use: Use): string | undefined {
  return unaryOperations[dtype][fn]?.(a, use);
}

export function binaryText(fn: BinaryFunction, dtype: Scalar, a: string, b: string, use: Use): string | undefined {
  return binaryOperations[dtype][fn]?.(a, b, use);
}

/** What two values make in a reduction. */
export function combined(
  fn: 'sum' | 'prod' | 'max' | 'min',
  dtype: Scalar,
  a: string,
  b: string,
  use: Use,
): string | undefined {
  const names = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;
  return binaryText(names[fn], dtype, a, b, use);
}

export function castText(e: Expression & { kind: 'cast' }, a: string, use: Use): string {
  const from = computedIn(e.a.dtype);
  switch (e.dtype) {
    case 'bool':
      // By its bits: a NaN is not zero, and neither is a subnormal.
      if (from === 'float32') return `(bitcast<u32>(${a}) & 0x7fffffffu) != 0u`;
      return from === 'uint32' ? `${a} != 0u` : `${a} != 0i`;
    case 'int32':
      if (from === 'bool') return `select(0i, 1i, ${a})`;
      return from === 'float32' ? `${use(toInt)}(${a})` : `bitcast<i32>(${a})`;
    case 'uint32':
      if (from === 'bool') return `select(0u, 1u, ${a})`;
      return from === 'float32' ? `${use(toUint)}(${a})` : `bitcast<u32>(${a})`;
    case 'float16':
      return `${use(toHalf)}(${from === 'bool' ? `select(0.0f, 1.0f, ${a})` : `f32(${a})`})`;
    default:
      return from === 'bool' ? `select(0.0f, 1.0f, ${a})` : `f32(${a})`;
  }
}
