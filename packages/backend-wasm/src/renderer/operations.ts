/** What each function of the expression grammar is in vector instructions. */
import type { BinaryFunction, Expression, Scalar, UnaryFunction } from '@evenkeel/backend';
import { f32x4, i32x4, v128 } from '../assembler/index.ts';
import { erf } from './simd-math/error-function.ts';
import { exp, expm1, tanh } from './simd-math/exponential.ts';
import {
  divide,
  divideByConstant,
  integerRemainder,
  integerSign,
  laneShifts,
  shiftLanes,
} from './simd-math/integer.ts';
import { log, log1p } from './simd-math/logarithm.ts';
import { pow, remainder } from './simd-math/power.ts';
import { atan, cos, sin } from './simd-math/trigonometry.ts';
import type { Vector, VectorMath } from './vector-math.ts';

// Most instructions have the functions' names already.
const simpleFloat: Partial<Record<UnaryFunction, (a: Vector) => Vector>> = { ...f32x4, round: f32x4.nearest };

const mathFunctions: Partial<Record<UnaryFunction, (math: VectorMath, a: Vector, isNegative?: boolean) => Vector>> = {
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  atan,
  tanh,
  erf,
  sign: floatSign,
};

/** @param isNegative whether the operand is known not to be above 0 */
export function unaryOf(math: VectorMath, fn: UnaryFunction, dtype: Scalar, a: Vector, isNegative?: boolean): Vector {
  if (fn === 'not') return v128.not(a);
  if (dtype === 'float32') {
    const simple = simpleFloat[fn];
    if (simple) return simple(a);
    const compound = mathFunctions[fn];
    if (compound) return compound(math, a, isNegative);
  } else {
    if (fn === 'neg') return i32x4.neg(a);
    if (fn === 'abs') return dtype === 'int32' ? i32x4.abs(a) : a;
    if (fn === 'sign') return dtype === 'int32' ? integerSign(math, a) : i32x4.minU(a, math.int(1));
    if (fn === 'floor' || fn === 'ceil' || fn === 'trunc' || fn === 'round') return a;
  }
  throw new TypeError(`${fn} is not defined on ${dtype}`);
}

function floatSign(math: VectorMath, value: Vector): Vector {
  const x = math.keep(value);
  const unit = math.withSignOf(x, math.float(1));
  const signed = v128.and(unit, f32x4.ne(x, math.float(0)));
  return math.select(f32x4.ne(x, x), x, signed);
}

type Operations = Partial<Record<BinaryFunction, (a: Vector, b: Vector) => Vector>>;

const bitOperations: Operations = { and: v128.and, or: v128.or, xor: v128.xor };

const integerOperations = (sign: 'S' | 'U'): Operations => ({
  ...i32x4,
  ...bitOperations,
  max: i32x4[`max${sign}`],
  min: i32x4[`min${sign}`],
  lt: i32x4[`lt${sign}`],
  le: i32x4[`le${sign}`],
  gt: i32x4[`gt${sign}`],
  ge: i32x4[`ge${sign}`],
});

// On masks: true is all ones, which is -1.
const maskOperations: Operations = {
  ...bitOperations,
  add: v128.or,
  mul: v128.and,
  max: v128.or,
  min: v128.and,
  eq: i32x4.eq,
  ne: v128.xor,
  lt: (a, b) => v128.andnot(b, a),
  gt: v128.andnot,
  le: (a, b) => v128.or(b, v128.not(a)),
  ge: (a, b) => v128.or(a, v128.not(b)),
};

const operationsOf: Partial<Record<Scalar, Operations>> = {
  float32: f32x4,
  int32: integerOperations('S'),
  uint32: integerOperations('U'),
  bool: maskOperations,
};

/** A binary function whose operands are of the given dtype; `right` is what b was made from. */
export function binaryOf(
  math: VectorMath,
  fn: BinaryFunction,
  dtype: Scalar,
  a: Vector,
  b: Vector,
  right?: Expression,
): Vector {
  const known = right?.kind === 'constant' ? right.value : undefined;
  if (dtype === 'float32') {
    if (fn === 'pow') return power(math, a, b, known);
    if (fn === 'rem') return remainder(math, a, b);
    // One instruction, and a NaN in the first operand stays.
    if (fn === 'max' && known !== undefined && !Number.isNaN(known)) return f32x4.pmax(a, b);
    if (fn === 'min' && known !== undefined && !Number.isNaN(known)) return f32x4.pmin(a, b);
    if (fn === 'div' && known !== undefined && hasExactInverse(known)) return f32x4.mul(a, math.float(1 / known));
  } else if (dtype === 'int32' || dtype === 'uint32') {
    const compound = integerBinary(math, fn, dtype === 'uint32', a, b, known);
    if (compound) return compound;
  }
  const simple = operationsOf[dtype]?.[fn];
  if (!simple) throw new TypeError(`${fn} is not defined on ${dtype}`);
  return simple(a, b);
}

/** Whether multiplying by the inverse gives the same bits as dividing: that of a power of two, where both are normal. */
function hasExactInverse(divisor: number): boolean {
  const exponent = Math.log2(Math.abs(divisor));
  return Number.isInteger(exponent) && Math.abs(exponent) <= 126;
}

function power(math: VectorMath, a: Vector, b: Vector, exponent: number | undefined): Vector {
  if (exponent !== 2) return pow(math, a, b);
  const base = math.keep(a);
  return f32x4.mul(base, base);
}

function integerBinary(
  math: VectorMath,
  fn: BinaryFunction,
  unsigned: boolean,
  a: Vector,
  b: Vector,
  known: number | undefined,
): Vector | undefined {
  const divisor = known !== undefined && known !== 0 && known !== -1 ? known : undefined;
  switch (fn) {
    case 'div':
      return divisor === undefined ? divide(math, a, b, unsigned) : divideByConstant(math, a, divisor, unsigned);
    case 'rem': {
      if (divisor === undefined) return integerRemainder(math, a, b, unsigned);
      const x = math.keep(a);
      return i32x4.sub(x, i32x4.mul(divideByConstant(math, x, divisor, unsigned), b));
    }
    case 'shiftLeft':
      return known === undefined ? shiftLanes(math, a, b, laneShifts.shiftLeft) : i32x4.shl(a, known);
    case 'shiftRight':
      if (known === undefined) {
        return shiftLanes(math, a, b, unsigned ? laneShifts.bringZeros : laneShifts.keepSign);
      }
      return (unsigned ? i32x4.shrU : i32x4.shrS)(a, known);
    default:
      return undefined;
  }
}

/** A value of one dtype as another; `from` is what it was made from. */
export function castOf(math: VectorMath, from: Expression, to: Scalar, a: Vector): Vector {
  const source = from.dtype;
  if (to === 'bool') {
    return source === 'float32' ? f32x4.ne(a, math.float(0)) : i32x4.ne(a, math.int(0));
  }
  if (to === 'float32') {
    if (source === 'bool') return v128.and(a, math.float(1));
    if (source === 'int32') return f32x4.convertI32x4S(a);
    // After a shift to the right the sign bit is clear, and the signed conversion is one instruction instead of eight.
    const shifted = from.kind === 'binary' && from.fn === 'shiftRight' && isPositive(from.b);
    return shifted ? f32x4.convertI32x4S(a) : f32x4.convertI32x4U(a);
  }
  if (source === 'bool') return v128.and(a, math.int(1));
  if (source === 'float32') {
    return to === 'int32' ? i32x4.truncF32x4S(a) : i32x4.truncF32x4U(a);
  }
  return a;
}

function isPositive(e: Expression): boolean {
  return e.kind === 'constant' && e.value > 0;
}
