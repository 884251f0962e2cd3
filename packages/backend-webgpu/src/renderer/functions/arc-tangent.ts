import { polynomial, shaderFunction } from './shader-function.ts';
import { isInfinite, isNan, withSign } from './special-values.ts';

const tail = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1];

/** Cephes atanf: three ranges brought to |t| ≤ tan(π/8). Error below 2 ulp. */
export const atan = shaderFunction(
  `fn arc_tangent(x: f32) -> f32 {
  let a = abs(x);
  let large = a > 2.41421356f;
  let middle = a > 0.41421357f;
  let numerator = select(select(a, a - 1.0f, middle), -1.0f, large);
  let denominator = select(select(1.0f, a + 1.0f, middle), a, large);
  let t = select(numerator / denominator, 0.0f, is_infinite(x));
  let square = t * t;
  let small = (${polynomial('square', tail)}) * square * t + t;
  let start = select(select(0.0f, 0.785398163f, middle), 1.57079633f, large);
  return select(with_sign(start + small, x), x, is_nan(x) || a < 1.0e-5f);
}`,
  [withSign, isInfinite, isNan],
);
