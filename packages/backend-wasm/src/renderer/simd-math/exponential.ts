import { f32x4, i32, i32x4, type Local, v128 } from '../../assembler/index.ts';
import type { Vector, VectorMath } from '../vector-math.ts';

// Adding 1.5 · 2^23 rounds to an integer and leaves that integer in the low bits.
const rounder = 1.5 * 2 ** 23;
const rounderBits = 0x4b400000;
// ln 2 in two parts; the first has nine bits, so that its product with an exponent is exact (Cephes).
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;
const expTail = [1.9875691e-4, 1.3981999e-3, 8.333452e-3, 4.1665796e-2, 1.6666665e-1, 5.0000001e-1];

/** e^x rounds to 0 below this. */
const lowest = -104;

interface Reduced {
  /** exp(x) = 2^exponent · (1 + tail). */
  readonly exponent: Local<'v128'>;
  readonly tail: Vector;
}

/** x = exponent · ln 2 + r with |r| ≤ ln 2 / 2; the tail is expm1(r) by the Cephes polynomial of degree 5. */
function reduce(math: VectorMath, x: Local<'v128'>): Reduced {
  const shifted = math.keep(math.madd(x, math.float(Math.LOG2E), math.float(rounder)));
  const n = math.keep(f32x4.sub(shifted, math.float(rounder)));
  const exponent = math.keep(i32x4.sub(shifted, math.int(rounderBits)));
  const high = math.nmadd(n, math.float(ln2High), x);
  const r = math.keep(math.nmadd(n, math.float(ln2Low), high));
  const square = math.keep(f32x4.mul(r, r));
  return { exponent, tail: math.madd(math.polynomial(r, expTail), square, r) };
}

/** 2^n as a float, for n in -126..127. */
function powerOfTwo(math: VectorMath, n: Vector): Vector {
  return i32x4.shl(i32x4.add(n, math.int(127)), i32.constant(23));
}

/** x held within bounds; a NaN stays. */
function clamp(math: VectorMath, x: Vector, low: number, high: number): Local<'v128'> {
  return math.keep(f32x4.pmin(f32x4.pmax(x, math.float(low)), math.float(high)));
}

/** e^x over the whole range: subnormal results, 0, infinity and NaN are right. Error below 1.1 ulp. */
export function exp(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const { exponent, tail } = reduce(math, clamp(math, x, lowest, 89));
  // 2^n in two factors, because n alone may be outside the exponents of normal floats.
  const half = math.keep(i32x4.shrS(exponent, i32.constant(1)));
  const value = f32x4.add(tail, math.float(1));
  const first = f32x4.mul(value, powerOfTwo(math, half));
  // Below the smallest subnormal a factor of 0 instead of one that underflows, which processors take a hundred times longer for.
  const second = v128.and(powerOfTwo(math, i32x4.sub(exponent, half)), f32x4.ge(x, math.float(lowest)));
  return f32x4.mul(first, second);
}

/** e^x - 1 without the loss near 0. */
export function expm1(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const { exponent, tail } = reduce(math, clamp(math, x, -18, 89));
  // Half of it first: 2^n itself may be too large where the result is not.
  const scale = math.keep(powerOfTwo(math, i32x4.sub(exponent, math.int(1))));
  const half = math.keep(math.madd(scale, tail, f32x4.sub(scale, math.float(0.5))));
  const tiny = f32x4.lt(f32x4.abs(x), math.float(2 ** -25));
  return math.select(tiny, x, f32x4.add(half, half));
}

/** tanh |x| = E / (E + 2) with E = expm1(2 |x|). */
export function tanh(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const double = f32x4.mul(f32x4.abs(x), math.float(2));
  const { exponent, tail } = reduce(math, math.keep(f32x4.pmin(double, math.float(20))));
  const scale = math.keep(powerOfTwo(math, exponent));
  const e = math.keep(math.madd(scale, tail, f32x4.sub(scale, math.float(1))));
  const magnitude = f32x4.div(e, f32x4.add(e, math.float(2)));
  return v128.or(magnitude, v128.and(x, math.signBit()));
}
