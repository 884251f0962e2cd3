import { shaderFunction } from './shader-function.ts';
import { isNan } from './special-values.ts';

/** A NaN of either side stays. */
export const larger = shaderFunction(
  `fn larger(a: f32, b: f32) -> f32 {
  return select(select(b, a, (a >= b) | is_nan(a)), b, is_nan(b));
}`,
  [isNan],
);

export const smaller = shaderFunction(
  `fn smaller(a: f32, b: f32) -> f32 {
  return select(select(b, a, (a <= b) | is_nan(a)), b, is_nan(b));
}`,
  [isNan],
);

export const signOf = shaderFunction(
  `fn sign_of(x: f32) -> f32 {
  return select(sign(x), x, is_nan(x));
}`,
  [isNan],
);
