import { type BinaryFunction, computedIn, type Expression, type Scalar, type UnaryFunction } from '@evenkeel/backend';
import { errorFunction } from './functions/error-function.ts';
import { exponential, exponentialMinusOne, hyperbolicTangent } from './functions/exponential.ts';
import { toInt, toUint } from './functions/integer.ts';
import { logarithm, logarithmOfOnePlus } from './functions/logarithm.ts';
import { larger, signOf, smaller } from './functions/order.ts';
import type { ShaderFunction, Use } from './functions/shader-function.ts';
import { isNan } from './functions/special-values.ts';
import { cosine, sine } from './functions/trigonometry.ts';
import { toHalf } from './halves.ts';
import { type RareFunction, rareFunction } from './late-functions.ts';

type Operation = (use: Use, ...operands: readonly string[]) => string;

const call =
  (fn: ShaderFunction): Operation =>
  (use, ...operands) =>
    `${use(fn)}(${operands.join(', ')})`;

/** A function that was loaded for the program. */
const rare =
  (fn: RareFunction): Operation =>
  (use, ...operands) =>
    call(rareFunction(fn))(use, ...operands);

const named =
  (name: string): Operation =>
  (_, ...operands) =>
    `${name}(${operands.join(', ')})`;

const prefix =
  (symbol: string): Operation =>
  (_, a) =>
    symbol + a;

const infix =
  (symbol: string): Operation =>
  (_, a, b) =>
    `${a} ${symbol} ${b}`;

const floatUnary: Partial<Record<UnaryFunction, Operation>> = {
  neg: (_, a) => `bitcast<f32>(bitcast<u32>(${a}) ^ 0x80000000u)`,
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
  atan: rare('atan'),
  tanh: call(hyperbolicTangent),
  erf: call(errorFunction),
};

const unaryOperations: Readonly<Record<Scalar, Partial<Record<UnaryFunction, Operation>>>> = {
  float32: floatUnary,
  float64: {},
  float16: {},
  int32: { neg: prefix('-'), abs: named('abs'), sign: named('sign'), not: prefix('~') },
  uint32: { neg: prefix('0u - '), not: prefix('~') },
  bool: { not: prefix('!') },
};

const comparisons: Partial<Record<BinaryFunction, Operation>> = {
  eq: infix('=='),
  ne: infix('!='),
  lt: infix('<'),
  le: infix('<='),
  gt: infix('>'),
  ge: infix('>='),
};

const shift =
  (symbol: string): Operation =>
  (_, a, b) =>
    `${a} ${symbol} (u32(${b}) & 31u)`;

/** An integer divided by zero is 0, and so is the rest; the symbol itself gives something else. */
const orZero =
  (symbol: string, zero: string): Operation =>
  (_, a, b = '') => {
    const isConstant = /^-?\d+[iu]$/.test(b);
    if (isConstant) return Number.parseInt(b, 10) === 0 ? zero : `${a} ${symbol} ${b}`;
    return `select(${a} ${symbol} ${b}, ${zero}, ${b} == ${zero})`;
  };

const whole = (zero: string): Partial<Record<BinaryFunction, Operation>> => ({
  ...comparisons,
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: orZero('/', zero),
  rem: orZero('%', zero),
  max: named('max'),
  min: named('min'),
  and: infix('&'),
  or: infix('|'),
  xor: infix('^'),
  shiftLeft: shift('<<'),
  shiftRight: shift('>>'),
});

// A shader compiler may take `x == x` for true: that a NaN equals nothing is said in so many words. `&` and `|` have no branches, which
// `&&` and `||` have: a compiler needs seconds for a shader with a hundred of them.
const binaryOperations: Readonly<Record<Scalar, Partial<Record<BinaryFunction, Operation>>>> = {
  float32: {
    ...comparisons,
    eq: (use, a, b) => `(${a} == ${b}) & !(${use(isNan)}(${a}) | ${use(isNan)}(${b}))`,
    ne: (use, a, b) => `(${a} != ${b}) | ${use(isNan)}(${a}) | ${use(isNan)}(${b})`,
    add: infix('+'),
    sub: infix('-'),
    mul: infix('*'),
    div: infix('/'),
    rem: rare('rem'),
    pow: rare('pow'),
    max: call(larger),
    min: call(smaller),
  },
  float64: {},
  float16: {},
  int32: whole('0i'),
  uint32: whole('0u'),
  bool: {
    eq: infix('=='),
    ne: infix('!='),
    lt: (_, a, b) => `!${a} & ${b}`,
    le: (_, a, b) => `!${a} | ${b}`,
    gt: (_, a, b) => `${a} & !${b}`,
    ge: (_, a, b) => `${a} | !${b}`,
    max: infix('|'),
    min: infix('&'),
    and: infix('&'),
    or: infix('|'),
    xor: infix('!='),
  },
};

/** `fn(a)`. */
export function unaryText(fn: UnaryFunction, dtype: Scalar, a: string, use: Use): string {
  return (unaryOperations[dtype][fn] as Operation)(use, a);
}

export function binaryText(fn: BinaryFunction, dtype: Scalar, a: string, b: string, use: Use): string {
  return (binaryOperations[dtype][fn] as Operation)(use, a, b);
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
