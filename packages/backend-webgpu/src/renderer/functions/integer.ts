import { shaderFunction } from './shader-function.ts';
import { isNan } from './special-values.ts';

/** The upper half of a product, by halves of 16 bits. */
export const multiplyHigh = shaderFunction(`fn multiply_high(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = ah * bl + ((al * bl) >> 16u);
  let middle = al * bh + (low & 0xffffu);
  return ah * bh + (low >> 16u) + (middle >> 16u);
}`);

export const toInt = shaderFunction(
  `fn to_int(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0f, 2147483520.0f));
  return select(select(inside, 2147483647i, x >= 2147483648.0f), 0i, is_nan(x));
}`,
  [isNan],
);

export const toUint = shaderFunction(
  `fn to_uint(x: f32) -> u32 {
  let inside = u32(clamp(x, 0.0f, 4294967040.0f));
  return select(select(inside, 4294967295u, x >= 4294967296.0f), 0u, is_nan(x));
}`,
  [isNan],
);
