import { f64x2, i32, i32x4, type Value, v128 } from '../../assembler/index.ts';
import type { Vector, VectorMath } from '../vector-math.ts';

/** Truncated division; by zero it gives 0. A double holds quotients of 32-bit integers well enough to truncate right. */
export function divide(math: VectorMath, dividend: Vector, divisor: Vector, unsigned: boolean): Vector {
  const a = math.keep(dividend);
  const b = math.keep(divisor);
  const low = divideHalf(a, b, unsigned);
  const high = divideHalf(math.upperHalf(a), math.upperHalf(b), unsigned);
  const quotient = math.joinHalves(low, high);
  const divided = v128.and(quotient, i32x4.ne(b, math.int(0)));
  if (unsigned) return divided;
  // -2^31 / -1 wraps around instead of saturating.
  return math.select(i32x4.eq(b, math.int(-1)), i32x4.neg(a), divided);
}

function divideHalf(a: Vector, b: Vector, unsigned: boolean): Vector {
  if (unsigned) {
    return i32x4.truncF64x2UZero(f64x2.div(f64x2.convertLowI32x4U(a), f64x2.convertLowI32x4U(b)));
  }
  return i32x4.truncF64x2SZero(f64x2.div(f64x2.convertLowI32x4S(a), f64x2.convertLowI32x4S(b)));
}

/** The rest of `divide`, 0 where the divisor is. */
export function integerRemainder(math: VectorMath, dividend: Vector, divisor: Vector, unsigned: boolean): Vector {
  const a = math.keep(dividend);
  const b = math.keep(divisor);
  const rest = i32x4.sub(a, i32x4.mul(divide(math, a, b, unsigned), b));
  return v128.and(rest, i32x4.ne(b, math.int(0)));
}

/**
 * Division by a constant: the product with a reciprocal that is a little too large. Exact multiples come out right,
 * and 2^-45 is too little to lift any other quotient of 32-bit integers to the next integer.
 */
export function divideByConstant(math: VectorMath, dividend: Vector, divisor: number, unsigned: boolean): Vector {
  const a = math.keep(dividend);
  const reciprocal = math.double((1 + 2 ** -45) / divisor);
  const half = (x: Vector): Vector =>
    unsigned
      ? i32x4.truncF64x2UZero(f64x2.mul(f64x2.convertLowI32x4U(x), reciprocal))
      : i32x4.truncF64x2SZero(f64x2.mul(f64x2.convertLowI32x4S(x), reciprocal));
  return math.joinHalves(half(a), half(math.upperHalf(a)));
}

/** Shifts each lane by its own distance. */
export function shiftLanes(
  math: VectorMath,
  value: Vector,
  distance: Vector,
  shift: (a: Value<'i32'>, b: Value<'i32'>) => Value<'i32'>,
): Vector {
  const a = math.keep(value);
  const by = math.keep(distance);
  let result: Vector = a;
  for (let lane = 0; lane < 4; lane++) {
    const shifted = shift(i32x4.extract(a, lane), i32x4.extract(by, lane));
    result = i32x4.replace(result, lane, shifted);
  }
  return result;
}

/** -1, 0 or 1. */
export function integerSign(math: VectorMath, value: Vector): Vector {
  const a = math.keep(value);
  const zero = math.int(0);
  return i32x4.sub(i32x4.ltS(a, zero), i32x4.gtS(a, zero));
}

export const laneShifts = { shiftLeft: i32.shl, keepSign: i32.shrS, bringZeros: i32.shrU };
