import { f32x4, i32x4, type Local, v128 } from '../../assembler/index.ts';
import type { Vector, VectorMath } from '../vector-math.ts';

// Adding 1.5 · 2^23 rounds to an integer and leaves that integer in the low bits.
const rounder = 1.5 * 2 ** 23;
const rounderBits = 0x4b400000;
// ln 2 in two parts; the first has nine bits, so that its product with an exponent is exact (Cephes).
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;
// expm1(r) = r + r² · tail(r) with an error of 3e-9, by weighted least squares on |r| ≤ ln 2 / 2.
const expTail = [1.38138737e-3, 8.36906446e-3, 4.1668422e-2, 0.166665178, 0.499999933];

/** 2^-100: what is smaller is made from it by one multiplication more, which rounds to subnormals. */
const leastExponent = -100;
/** Below it the second factor is 0: a factor that underflows takes processors a hundred times longer. */
const lowest = (leastExponent - 127) * Math.LN2;

interface Reduced {
  /** x = n · ln 2 + r with |r| ≤ ln 2 / 2, and this holds n, or a little less, in its low bits. */
  readonly shifted: Local<'v128'>;
  readonly r: Local<'v128'>;
}

/** With `less`, that holds n - less. */
function reduce(math: VectorMath, x: Local<'v128'>, less = 0): Reduced {
  const shift = math.float(rounder - less);
  const shifted = math.keep(math.madd(x, math.float(Math.LOG2E), shift));
  const n = math.keep(f32x4.sub(shifted, shift));
  const high = math.nmadd(n, math.float(ln2High), x);
  return { shifted, r: math.keep(math.nmadd(n, math.float(ln2Low), high)) };
}

/** n, and expm1(r) without the loss near 0. */
function reduceToTail(math: VectorMath, x: Local<'v128'>): { exponent: Local<'v128'>; tail: Vector } {
  const { shifted, r } = reduce(math, x);
  const exponent = math.keep(i32x4.sub(shifted, math.int(rounderBits)));
  const square = math.keep(f32x4.mul(r, r));
  return { exponent, tail: math.madd(math.polynomial(r, expTail), square, r) };
}

/** 2^n as a float, for n in -126..127. */
function powerOfTwo(math: VectorMath, n: Vector): Vector {
  return i32x4.shl(i32x4.add(n, math.int(127)), 23);
}

/** x held within bounds, of which 0 is none; a NaN stays. */
function clamp(math: VectorMath, x: Vector, low: number, high: number): Local<'v128'> {
  const held = f32x4.pmax(x, math.float(low));
  return math.keep(high ? f32x4.pmin(held, math.float(high)) : held);
}

/**
 * e^x over the whole range: subnormal results, 0, infinity and NaN are right. Error below 1.1 ulp.
 *
 * @param isNegative whether x is known not to be above 0, which takes a fifth less
 */
export function exp(math: VectorMath, argument: Vector, isNegative = false): Vector {
  // 2^(n - 1), because 2^n may be too large where the result is not; the other factor is 2 then. Or 2^(n + 24), whose other factor
  // is constant.
  const [high, less] = isNegative ? [0, -24] : [89, 1];
  const { shifted, r } = reduce(math, clamp(math, argument, lowest, high), less);
  const value = math.polynomial(r, [...expTail, 1, 1]);
  // Where floats have their exponent, so that adding it multiplies by that power of two.
  const exponent = math.keep(i32x4.shl(shifted, 23));
  // Where there is no such power, the sum is negative.
  if (isNegative) return f32x4.mul(i32x4.maxS(i32x4.add(value, exponent), math.int(0)), math.float(2 ** -24));
  const held = math.keep(i32x4.maxS(exponent, math.int(leastExponent << 23)));
  const rest = i32x4.add(i32x4.sub(exponent, held), math.float(2));
  return f32x4.mul(i32x4.add(value, held), rest);
}

/** e^x - 1 without the loss near 0. */
export function expm1(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const { exponent, tail } = reduceToTail(math, clamp(math, x, -18, 89));
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
  const { exponent, tail } = reduceToTail(math, math.keep(f32x4.pmin(double, math.float(20))));
  const scale = math.keep(powerOfTwo(math, exponent));
  const e = math.keep(math.madd(scale, tail, f32x4.sub(scale, math.float(1))));
  const magnitude = f32x4.div(e, f32x4.add(e, math.float(2)));
  return v128.or(magnitude, v128.and(x, math.signBit()));
}
