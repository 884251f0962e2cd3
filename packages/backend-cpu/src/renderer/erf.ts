/**
 * The error function to float64 accuracy, by the rational approximations of
 * W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) return x * ratio(nearZero.over, nearZero.under, x * x);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const complement = Math.exp(-size * size) * ratio(middle.over, middle.under, size);
  return x < 0 ? complement - 0.5 - 0.5 : 0.5 - complement + 0.5;
}

/** erf(x) = x · over(x²) / under(x²) for |x| up to 0.46875; the highest power first. */
const nearZero = {
  over: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  under: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};

/** 1 - erf(x) = exp(-x²) · over(x) / under(x), to all digits up to 4; beyond, 1 is so near that few digits of it matter. */
const middle = {
  over: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  under: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};

function ratio(over: readonly number[], under: readonly number[], x: number): number {
  return polynomial(over, x) / polynomial(under, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}
