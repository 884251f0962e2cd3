import { polynomial, shaderFunction } from './shader-function.ts';
import { isNan } from './special-values.ts';

// expm1(r) = r + r² · tail(r) with an error of 3e-9, by weighted least squares on |r| ≤ ln 2 / 2.
const tail = [1.38138737e-3, 8.36906446e-3, 4.1668422e-2, 0.166665178, 0.499999933];

/** x · 2^n for n in -252..254, by two factors that are floats. */
const scaled = shaderFunction(`fn scaled(x: f32, n: i32) -> f32 {
  let half = n >> 1u;
  return x * bitcast<f32>((half + 127i) << 23u) * bitcast<f32>((n - half + 127i) << 23u);
}`);

/** x = n · ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts, so that the product of the first is exact (Cephes). */
const reduced = shaderFunction(`fn reduced(x: f32, n: f32) -> f32 {
  return (x - n * 0.693359375f) + n * 2.1219444e-4f;
}`);

/** e^x within 1.1 ulp. */
export const exponential = shaderFunction(
  `fn exponential(x: f32) -> f32 {
  let held = clamp(x, -104.0f, 89.0f);
  let n = floor(held * 1.44269504f + 0.5f);
  let r = reduced(held, n);
  return select(scaled(${polynomial('r', [...tail, 1, 1])}, i32(n)), x, is_nan(x));
}`,
  [scaled, reduced, isNan],
);

/** e^x - 1 without the loss near 0; half of it first, because 2^n itself may be too large where the result is not. */
export const exponentialMinusOne = shaderFunction(
  `fn exponential_minus_one(x: f32) -> f32 {
  let held = clamp(x, -18.0f, 89.0f);
  let n = floor(held * 1.44269504f + 0.5f);
  let r = reduced(held, n);
  let less = r + r * r * (${polynomial('r', tail)});
  let scale = scaled(0.5f, i32(n));
  let half = scale * less + (scale - 0.5f);
  return select(half + half, x, (abs(x) < 2.98023224e-8f) | is_nan(x));
}`,
  [scaled, reduced, isNan],
);

/** tanh |x| = E / (E + 2) with E = expm1(2 |x|). The sign by its bits is compiled wrongly by Mesa's driver in software, on LLVM 15. */
export const hyperbolicTangent = shaderFunction(
  `fn hyperbolic_tangent(x: f32) -> f32 {
  let e = exponential_minus_one(min(abs(x) * 2.0f, 20.0f));
  let size = e / (e + 2.0f);
  return select(select(size, -size, x < 0.0f), x, is_nan(x) | (abs(x) < 2.98023224e-8f));
}`,
  [exponentialMinusOne, isNan],
);
