import { f32x4, f64x2, i32x4, type Local, v128 } from '../../assembler/index.ts';
import type { Vector, VectorMath } from '../vector-math.ts';

// π/2 in two doubles, the first of 33 bits: its product with a count of quarter turns below 2^20 is exact (fdlibm).
const quarterHigh = 1.5707963267341256;
const quarterLow = 6.077100506506192e-11;
const sinTail = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const cosTail = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];

export function sin(math: VectorMath, argument: Vector): Vector {
  return wave(math, argument, 0);
}

export function cos(math: VectorMath, argument: Vector): Vector {
  return wave(math, argument, 1);
}

/**
 * sin(x + quarter · π/2): reduced in double precision, then Cephes' polynomials. Within 2 ulp (or 1e-7 near the zeros)
 * up to |x| = 1e6, within 1e-6 up to 1e9, in [-1, 1] beyond.
 */
function wave(math: VectorMath, argument: Vector, quarter: 0 | 1): Vector {
  const x = math.keep(argument);
  const low = reduce(math, x);
  const high = reduce(math, math.upperHalf(x));
  const turns = math.keep(math.joinHalves(low.turns, high.turns));
  const angle = math.joinHalves(low.angle, high.angle);
  const limit = Math.PI / 4 + 1e-6;
  const r = math.keep(f32x4.pmin(f32x4.pmax(angle, math.float(-limit)), math.float(limit)));
  const square = math.keep(f32x4.mul(r, r));
  const sine = math.madd(f32x4.mul(math.polynomial(square, sinTail), square), r, r);
  const cosine = math.madd(
    f32x4.mul(square, square),
    math.polynomial(square, cosTail),
    math.nmadd(square, math.float(0.5), math.float(1)),
  );
  const count = math.keep(quarter === 0 ? turns : i32x4.add(turns, math.int(1)));
  const odd = i32x4.ne(v128.and(count, math.int(1)), math.int(0));
  const sign = i32x4.shl(v128.and(count, math.int(2)), 30);
  return v128.xor(math.select(odd, cosine, sine), sign);
}

/** The two lower lanes as (integer) quarter turns and what is left, a float in [-π/4, π/4]. */
function reduce(math: VectorMath, x: Vector): { turns: Vector; angle: Vector } {
  const wide = math.keep(f64x2.promoteLowF32x4(x));
  const count = math.keep(f64x2.nearest(f64x2.mul(wide, math.double(2 / Math.PI))));
  const first = f64x2.sub(wide, f64x2.mul(count, math.double(quarterHigh)));
  const rest = f64x2.sub(first, f64x2.mul(count, math.double(quarterLow)));
  return { turns: i32x4.truncF64x2SZero(count), angle: f32x4.demoteF64x2Zero(rest) };
}

const atanTail = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1];

/** Cephes atanf: three ranges brought to |t| ≤ tan(π/8). Error below 2 ulp. */
export function atan(math: VectorMath, argument: Vector): Vector {
  const x = math.keep(argument);
  const a = math.keep(f32x4.abs(x));
  const large = math.keep(f32x4.gt(a, math.float(2.414213562373095)));
  const middle = math.keep(f32x4.gt(a, math.float(0.4142135623730951)));
  const one = math.float(1);
  const numerator = math.select(large, math.float(-1), math.select(middle, f32x4.sub(a, one), a));
  const denominator = math.select(large, a, math.select(middle, f32x4.add(a, one), one));
  const t: Local<'v128'> = math.keep(f32x4.div(numerator, denominator));
  const square = math.keep(f32x4.mul(t, t));
  const small = math.madd(f32x4.mul(math.polynomial(square, atanTail), square), t, t);
  const start = math.select(
    large,
    math.float(Math.PI / 2),
    math.select(middle, math.float(Math.PI / 4), math.float(0)),
  );
  return math.withSignOf(x, f32x4.add(start, small));
}
