import { polynomial, shaderFunction } from './shader-function.ts';
import { isNan } from './special-values.ts';

// erf(x) = x · numerator(x²) / denominator(x²) on [-4, 4]; beyond it is ±1 in float32 (the minimax fit of Eigen and XLA).
const numerator = [
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5, -7.34990630326855e-4,
  -2.95459980854025e-3, -1.60960333262415e-2,
];
const denominator = [
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3, -1.42647390514189e-2,
];

/** Within 8 ulp, 4e-7 absolute. */
export const errorFunction = shaderFunction(
  `fn error_function(x: f32) -> f32 {
  let held = clamp(x, -4.0f, 4.0f);
  let square = held * held;
  let ratio = (${polynomial('square', numerator)}) / (${polynomial('square', denominator)});
  return select(held * ratio, x, is_nan(x));
}`,
  [isNan],
);
