/**
 * The error function to float64 accuracy, by the rational approximations of
 * W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) return x * ratio(nearZero.over, nearZero.under, size > 1e-17 ? size * size : 0);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const complement = size <= 4 ? scaled(size, ratio(middle.over, middle.under, size)) : tail(size);
  return x < 0 ? complement - 0.5 - 0.5 : 0.5 - complement + 0.5;
}

const inverseSqrtPi = 1 / Math.sqrt(Math.PI);

/** erf(x) = x · over(x²) / under(x²) for |x| up to 0.46875; the highest power first. */
const nearZero = {
  over: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  under: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};

/** erfc(x) = exp(-x²) · over(x) / under(x) for x up to 4. */
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

/** erfc(x) = exp(-x²) / x · (1/√π - z · over(z) / under(z)) with z = 1/x², beyond. */
const far = {
  over: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    0.0006587491615298378,
  ],
  under: [1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918],
};

function tail(x: number): number {
  const z = 1 / (x * x);
  return scaled(x, (inverseSqrtPi - z * ratio(far.over, far.under, z)) / x);
}

/** exp(-x²) · factor; x² is split in a part that is exact and a small one, because exp magnifies the rounding of x². */
function scaled(x: number, factor: number): number {
  const coarse = Math.trunc(x * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp(-(x - coarse) * (x + coarse)) * factor;
}

function ratio(over: readonly number[], under: readonly number[], x: number): number {
  return polynomial(over, x) / polynomial(under, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}
