import { polynomial, shaderFunction } from './shader-function.ts';
import { floatOfBits, isInfinite, isNan } from './special-values.ts';

// log(1 + f) = f - f²/2 + f³ · polynomial, for 1 + f in [√½, √2) (Cephes logf).
const tail = [
  7.0376836e-2, -1.151461e-1, 1.1676999e-1, -1.2420141e-1, 1.4249323e-1, -1.6668058e-1, 2.0000715e-1, -2.4999994e-1,
  3.3333331e-1,
];

/** The natural logarithm, below 1 ulp; of subnormals too, whose bits are their multiple of 2^-149. */
export const logarithm = shaderFunction(
  `fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let small = bits < 0x00800000u;
  let normal = select(bits, bitcast<u32>(f32(bits)), small);
  let shifted = bitcast<i32>(normal) - 0x3f3504f3i;
  let power = shifted >> 23u;
  let f = bitcast<f32>(shifted - (power << 23u) + 0x3f3504f3i) - 1.0f;
  let e = f32(select(power, power - 149i, small));
  let square = f * f;
  let cubic = (${polynomial('f', tail)}) * f * square;
  let low = (e * -2.1219444e-4f + cubic) - square * 0.5f;
  let regular = e * 0.693359375f + (f + low);
  let positive = select(regular, x, is_nan(x) | is_infinite(x));
  let negative = ((bits >> 31u) != 0u) & !is_nan(x);
  let below = select(positive, float_of_bits(0x7fc00000u), negative);
  return select(below, float_of_bits(0xff800000u), (bits & 0x7fffffffu) == 0u);
}`,
  [floatOfBits, isInfinite, isNan],
);

/**
 * log(1 + x) without the loss near 0: log(u) · x / (u - 1) with u = 1 + x as rounded (Kahan). That 1 is hidden from compilers, which would
 * make x of x + 1 - 1.
 */
export const logarithmOfOnePlus = shaderFunction(
  `fn logarithm_of_one_plus(x: f32) -> f32 {
  let u = x + 1.0f;
  let l = logarithm(u);
  let one = select(1.0f, 2.0f, is_nan(x));
  let corrected = select(l * (x / (u - one)), l, (u == x) | (u <= 0.0f) | is_nan(x));
  return select(corrected, x, u == 1.0f);
}`,
  [logarithm, isNan],
);
