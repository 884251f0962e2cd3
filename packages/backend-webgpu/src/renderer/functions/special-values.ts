import { shaderFunction } from './shader-function.ts';

// A shader may be compiled as if NaN and infinity did not exist, so they are made and known by their bits; a constant that has
// them is refused, so it is a variable.

export const floatOfBits = shaderFunction(`fn float_of_bits(bits: u32) -> f32 {
  var value = bits;
  return bitcast<f32>(value);
}`);

export const isNan = shaderFunction(`fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`);

export const isInfinite = shaderFunction(`fn is_infinite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;
}`);

/** The magnitude of one number with the sign of another. */
export const withSign = shaderFunction(`fn with_sign(magnitude: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(magnitude) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}`);
