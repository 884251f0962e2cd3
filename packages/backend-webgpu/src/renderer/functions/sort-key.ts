import type { Scalar } from '@evenkeel/backend';
import { type ShaderFunction, shaderFunction } from './shader-function.ts';
import { isNan } from './special-values.ts';

/** Both zeros are one; a negative number's bits count down. */
const ofFloat = shaderFunction(
  `fn sort_key(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let ordered = select(select(bits | 0x80000000u, ~bits, bits >= 0x80000000u), 0x80000000u, (bits & 0x7fffffffu) == 0u);
  return select(ordered, 0xffffffffu, is_nan(x));
}`,
  [isNan],
);

const ofInteger = shaderFunction(`fn sort_key(x: i32) -> u32 {
  return bitcast<u32>(x) ^ 0x80000000u;
}`);

const ofBool = shaderFunction(`fn sort_key(x: bool) -> u32 {
  return select(0u, 1u, x);
}`);

/** A number whose order among unsigned integers is the value's own, NaN above everything. Undefined for what has no order. */
export function sortKey(dtype: Scalar): ShaderFunction | undefined {
  return {
    float32: ofFloat,
    int32: ofInteger,
    bool: ofBool,
    uint32: undefined,
    float64: undefined,
    float16: undefined,
  }[dtype];
}
