import { multiplyHigh } from './integer.ts';
import { polynomial, type ShaderFunction, shaderFunction } from './shader-function.ts';
import { floatOfBits, isInfinite, isNan } from './special-values.ts';

const sinTail = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const cosTail = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];

/** An angle as quarter turns (modulo 4) and what is left of it, in [-π/4, π/4]. */
const angle: ShaderFunction = { name: 'Angle', needs: [], code: 'struct Angle { turns: i32, rest: f32 }' };

/**
 * For |x| of 2 and more: its 24 bits are multiplied by those bits of 2/π that decide about the turn, as whole numbers
 * (Payne and Hanek). Bits that give whole turns are left out at one end, those beyond 2^-62 at the other.
 * Of the result two bits count quarter turns; the others, with a sign, are what is left of one.
 */
const largeAngle = shaderFunction(
  `fn large_angle(x: f32) -> Angle {
  var bits = array<u32, 8>(
    0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let mantissa = (bitcast<u32>(x) & 0x007fffffu) | 0x00800000u;
  let start = min(((bitcast<u32>(x) >> 23u) & 0xffu) - 120u, 134u);
  let word = start >> 5u;
  let shift = start & 31u;
  let spare = 31u - shift;
  let first = (bits[word] << shift) | ((bits[word + 1u] >> 1u) >> spare);
  let second = (bits[word + 1u] << shift) | ((bits[word + 2u] >> 1u) >> spare);
  let third = (bits[word + 2u] << shift) | ((bits[word + 3u] >> 1u) >> spare);
  let carried = multiply_high(mantissa, third);
  let low = second * mantissa + carried;
  let high = first * mantissa + multiply_high(mantissa, second) + select(0u, 1u, low < carried);
  let turns = bitcast<i32>((high + 0x20000000u) >> 30u);
  let rest = f32(bitcast<i32>((high << 2u) | (low >> 30u))) * 2.3283064365386963e-10f
    + f32(low << 2u) * 5.421010862427522e-20f;
  let angle = rest * 1.57079633f;
  return Angle(select(turns, -turns, x < 0.0f), select(angle, -angle, x < 0.0f));
}`,
  [angle, multiplyHigh],
);

/** Up to 1e4 quarter turns are taken off in three parts of π/2, the products with the first two of which are exact (Cephes). */
const smallAngle = shaderFunction(
  `fn small_angle(x: f32) -> Angle {
  let count = floor(clamp(x, -1.1e4f, 1.1e4f) * 0.636619772f + 0.5f);
  return Angle(i32(count), ((x - count * 1.5703125f) - count * 4.837512969970703125e-4f) - count * 7.5497899549e-8f);
}`,
  [angle],
);

/** sin(x + quarter · π/2). */
const wave = shaderFunction(
  `fn wave(x: f32, quarter: i32) -> f32 {
  var angle = small_angle(x);
  if (abs(x) > 1.0e4f) {
    angle = large_angle(x);
  }
  let r = angle.rest;
  let square = r * r;
  let sine = (${polynomial('square', sinTail)}) * square * r + r;
  let cosine = square * square * (${polynomial('square', cosTail)}) + (1.0f - square * 0.5f);
  let place = angle.turns + quarter;
  let value = select(sine, cosine, (place & 1i) != 0i);
  let signed = select(value, -value, (place & 2i) != 0i);
  return select(signed, float_of_bits(0x7fc00000u), is_nan(x) || is_infinite(x));
}`,
  [smallAngle, largeAngle, floatOfBits, isInfinite, isNan],
);

export const sine = shaderFunction(
  `fn sine(x: f32) -> f32 {
  return wave(x, 0i);
}`,
  [wave],
);

export const cosine = shaderFunction(
  `fn cosine(x: f32) -> f32 {
  return wave(x, 1i);
}`,
  [wave],
);
