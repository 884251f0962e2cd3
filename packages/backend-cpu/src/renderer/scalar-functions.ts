/**
 * What each function of the grammar does to plain numbers, by dtype. A function that is missing for a dtype does not exist
 * for it. The float functions compute in float64; whoever calls them for float32 rounds the result.
 */
import type { BinaryFunction, Scalar, UnaryFunction } from '@evenkeel/backend';
import { erf } from './erf.ts';

export type UnaryFunctions = Readonly<Partial<Record<UnaryFunction, (x: number) => number>>>;
export type BinaryFunctions = Readonly<Partial<Record<BinaryFunction, (x: number, y: number) => number>>>;

const floatUnary: UnaryFunctions = {
  neg: (x) => -x,
  abs: Math.abs,
  sign,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: roundHalfToEven,
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  tanh: Math.tanh,
  erf,
};

const int32Unary: UnaryFunctions = {
  neg: (x) => -x | 0,
  abs: (x) => Math.abs(x) | 0,
  sign,
  not: (x) => ~x,
};

const uint32Unary: UnaryFunctions = {
  neg: (x) => -x >>> 0,
  not: (x) => ~x >>> 0,
};

const boolUnary: UnaryFunctions = {
  not: (x) => 1 - x,
};

const comparisons: BinaryFunctions = {
  eq: (x, y) => (x === y ? 1 : 0),
  ne: (x, y) => (x !== y ? 1 : 0),
  lt: (x, y) => (x < y ? 1 : 0),
  le: (x, y) => (x <= y ? 1 : 0),
  gt: (x, y) => (x > y ? 1 : 0),
  ge: (x, y) => (x >= y ? 1 : 0),
};

const floatBinary: BinaryFunctions = {
  ...comparisons,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  rem: (x, y) => x % y,
  pow,
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
};

// Converting to an integer makes 0 of the infinity or NaN that dividing by zero gives.
const int32Binary: BinaryFunctions = {
  ...comparisons,
  add: (x, y) => (x + y) | 0,
  sub: (x, y) => (x - y) | 0,
  mul: (x, y) => Math.imul(x, y),
  div: (x, y) => (x / y) | 0,
  rem: (x, y) => (x % y) | 0,
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shiftLeft: (x, y) => x << y,
  shiftRight: (x, y) => x >> y,
};

const uint32Binary: BinaryFunctions = {
  ...comparisons,
  add: (x, y) => (x + y) >>> 0,
  sub: (x, y) => (x - y) >>> 0,
  mul: (x, y) => Math.imul(x, y) >>> 0,
  div: (x, y) => (x / y) >>> 0,
  rem: (x, y) => (x % y) >>> 0,
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
  and: (x, y) => (x & y) >>> 0,
  or: (x, y) => (x | y) >>> 0,
  xor: (x, y) => (x ^ y) >>> 0,
  shiftLeft: (x, y) => (x << y) >>> 0,
  shiftRight: (x, y) => x >>> y,
};

const boolBinary: BinaryFunctions = {
  ...comparisons,
  max: (x, y) => x | y,
  min: (x, y) => x & y,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
};

export const unaryFunctions: Readonly<Record<Scalar, UnaryFunctions>> = {
  float32: floatUnary,
  float64: floatUnary,
  // Is stored and moved; nothing is computed in it.
  float16: {},
  int32: int32Unary,
  uint32: uint32Unary,
  bool: boolUnary,
};

export const binaryFunctions: Readonly<Record<Scalar, BinaryFunctions>> = {
  float32: floatBinary,
  float64: floatBinary,
  float16: {},
  int32: int32Binary,
  uint32: uint32Binary,
  bool: boolBinary,
};

function sign(x: number): number {
  if (x > 0) return 1;
  return x < 0 ? -1 : x === 0 ? 0 : Number.NaN;
}

/** Adding 2^52 leaves no bits after the point, and the addition itself rounds halves to even. */
function roundHalfToEven(x: number): number {
  const size = Math.abs(x);
  if (!(size < 2 ** 52)) return x;
  const rounded = size + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** IEEE 754: 1 to any power is 1, and -1 to an infinite power too; in both cases JavaScript says NaN. */
function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  return x ** y;
}
