import { f32x4, i32x4 } from '../../assembler/index.ts';
import type { Vector, VectorMath } from '../vector-math.ts';

// log(1 + f) = f - f²/2 + f³ · polynomial, for 1 + f in [√½, √2) (Cephes logf).
const tail = [
  7.0376836e-2, -1.151461e-1, 1.1676999e-1, -1.2420141e-1, 1.4249323e-1, -1.6668058e-1, 2.0000715e-1, -2.4999994e-1,
  3.3333331e-1,
];
const sqrtHalfBits = 0x3f3504f3;
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;
const smallestNormal = 2 ** -126;

/** The natural logarithm: -infinity at 0, NaN below, right for subnormals. Error below 1 ulp. */
export function log(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const small = math.keep(f32x4.lt(x, math.float(smallestNormal)));
  const scaled = math.select(small, f32x4.mul(x, math.float(2 ** 23)), x);
  const shifted = math.keep(i32x4.sub(scaled, math.int(sqrtHalfBits)));
  const power = math.keep(i32x4.shrS(shifted, 23));
  const mantissa = i32x4.add(i32x4.sub(shifted, i32x4.shl(power, 23)), math.int(sqrtHalfBits));
  const f = math.keep(f32x4.sub(mantissa, math.float(1)));
  const unscaled = math.select(small, i32x4.sub(power, math.int(23)), power);
  const exponent = math.keep(f32x4.convertI32x4S(unscaled));
  const square = math.keep(f32x4.mul(f, f));
  const cubic = f32x4.mul(f32x4.mul(math.polynomial(f, tail), f), square);
  const corrected = math.madd(exponent, math.float(ln2Low), cubic);
  const low = math.nmadd(square, math.float(0.5), corrected);
  const regular = math.madd(exponent, math.float(ln2High), f32x4.add(f, low));
  const finite = f32x4.lt(x, math.float(Infinity));
  const atZero = math.select(f32x4.eq(x, math.float(0)), math.float(-Infinity), math.float(NaN));
  // Infinity and NaN are their own logarithms.
  const positive = math.select(finite, regular, x);
  return math.select(f32x4.le(x, math.float(0)), atZero, positive);
}

/** log(1 + x) without the loss near 0: log(u) · x / (u - 1) with u = 1 + x as rounded (Kahan). */
export function log1p(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const u = math.keep(f32x4.add(x, math.float(1)));
  const logarithm = math.keep(log(math, u));
  const ratio = f32x4.div(x, f32x4.sub(u, math.float(1)));
  const corrected = math.select(f32x4.eq(u, x), logarithm, f32x4.mul(logarithm, ratio));
  return math.select(f32x4.eq(u, math.float(1)), x, corrected);
}
