import { f32x4, f64x2, i64x2, v128 } from '../../assembler/index.ts';
import type { Vector, VectorMath } from '../vector-math.ts';

/** IEEE pow. The logarithm and its product with y are taken in double precision, so the error stays below 1 ulp. */
export function pow(math: VectorMath, base: Vector, power: Vector): Vector {
  const x = math.keep(base);
  const y = math.keep(power);
  const one = math.float(1);
  const a = math.keep(f32x4.abs(x));
  const low = powHalf(math, a, y);
  const high = powHalf(math, math.upperHalf(a), math.upperHalf(y));
  const magnitude = math.joinHalves(low, high);
  const integral = math.keep(f32x4.eq(f32x4.trunc(y), y));
  const half = f32x4.mul(y, math.float(0.5));
  const odd = v128.andnot(integral, f32x4.eq(f32x4.trunc(half), half));
  const signed = v128.or(magnitude, v128.and(v128.and(x, math.signBit()), odd));
  const negative = v128.and(f32x4.lt(x, math.float(0)), f32x4.gt(x, math.float(-Infinity)));
  const defined = math.select(v128.andnot(negative, integral), math.float(NaN), signed);
  const infinite = f32x4.eq(f32x4.abs(y), math.float(Infinity));
  const unity = v128.or(v128.or(f32x4.eq(y, math.float(0)), f32x4.eq(x, one)), v128.and(f32x4.eq(a, one), infinite));
  return math.select(unity, one, defined);
}

/** a^y of the two lower lanes, a ≥ 0. */
function powHalf(math: VectorMath, a: Vector, y: Vector): Vector {
  const base = math.keep(f64x2.promoteLowF32x4(a));
  const exponent = f64x2.mul(log2(math, base), f64x2.promoteLowF32x4(y));
  const limited = f64x2.pmin(f64x2.pmax(exponent, math.double(-200)), math.double(200));
  return f32x4.demoteF64x2Zero(exp2(math, limited));
}

const sqrtHalfHigh = 0x3fe6a09e;

/** The binary logarithm of doubles that were floats, which makes all but 0 normal numbers. */
function log2(math: VectorMath, x: Vector): Vector {
  const bits = math.keep(x);
  // 1024 more keeps the exponent positive, so that an unsigned shift will do.
  const shifted = i64x2.sub(bits, math.long(sqrtHalfHigh - 0x40000000, 0));
  const biased = math.keep(i64x2.shrU(shifted, 52));
  const exponent = f64x2.sub(v128.or(biased, math.long(0x43300000, 0)), math.double(2 ** 52 + 1024));
  const unbiased = i64x2.sub(biased, math.long(0, 1024));
  const m = math.keep(i64x2.sub(bits, i64x2.shl(unbiased, 52)));
  const one = math.double(1);
  // log m = 2 atanh s, s = (m - 1) / (m + 1), |s| < 0.172.
  const s = math.keep(f64x2.div(f64x2.sub(m, one), f64x2.add(m, one)));
  const square = math.keep(f64x2.mul(s, s));
  let series: Vector = math.double(1 / 17);
  for (let k = 15; k >= 1; k -= 2) {
    series = f64x2.add(f64x2.mul(series, square), math.double(1 / k));
  }
  const natural = f64x2.mul(f64x2.mul(s, series), math.double(2 * Math.LOG2E));
  const regular = f64x2.add(exponent, natural);
  const atEnds = v128.bitselect(math.double(-Infinity), bits, f64x2.eq(bits, math.double(0)));
  const inside = v128.and(f64x2.gt(bits, math.double(0)), f64x2.lt(bits, math.double(Infinity)));
  return v128.bitselect(regular, atEnds, inside);
}

/** 2^x for |x| ≤ 200; a NaN stays. */
function exp2(math: VectorMath, exponent: Vector): Vector {
  const x = math.keep(exponent);
  const rounder = 1.5 * 2 ** 52;
  const shifted = math.keep(f64x2.add(x, math.double(rounder)));
  const whole = f64x2.sub(shifted, math.double(rounder));
  const r = math.keep(f64x2.mul(f64x2.sub(x, whole), math.double(Math.LN2)));
  let factorial = 39916800;
  let series: Vector = math.double(1 / factorial);
  for (let k = 11; k >= 1; k--) {
    factorial /= k;
    series = f64x2.add(f64x2.mul(series, r), math.double(1 / factorial));
  }
  // The low bits of the shifted number are the integer, the bits above them fall out of the shift.
  const biased = i64x2.add(shifted, math.long(0, 1023));
  return f64x2.mul(series, i64x2.shl(biased, 52));
}

/** C's fmod: exact. Every turn takes off the upper 29 bits of the quotient, whose product with b is exact. */
export function remainder(math: VectorMath, dividend: Vector, divisor: Vector): Vector {
  const x = math.keep(dividend);
  const a = math.keep(f32x4.abs(x));
  const b = math.keep(f32x4.abs(divisor));
  const low = remainderHalf(math, a, b);
  const high = remainderHalf(math, math.upperHalf(a), math.upperHalf(b));
  // A dividend below the divisor is the rest, also where the divisor is infinite.
  const rest = math.select(f32x4.lt(a, b), a, math.joinHalves(low, high));
  return math.withSignOf(x, rest);
}

function remainderHalf(math: VectorMath, a: Vector, b: Vector): Vector {
  const rest = math.keep(f64x2.promoteLowF32x4(a));
  const by = math.keep(f64x2.promoteLowF32x4(b));
  math.f.doWhile(() => {
    const quotient = v128.and(f64x2.trunc(f64x2.div(rest, by)), math.long(-1, 0xff000000));
    rest.set(f64x2.sub(rest, f64x2.mul(quotient, by)));
    return v128.anyTrue(f64x2.ge(rest, by));
  });
  return f32x4.demoteF64x2Zero(rest);
}
