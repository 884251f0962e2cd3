import { ConfigError } from '@evenkeel/errors';
import { erf as erfOf, log1p, type Tensor, uniform, where } from '@evenkeel/tensor';
import { fill } from './constant.ts';
import type { DrawOptions } from './random.ts';

export interface TruncatedNormalOptions extends DrawOptions {
  /** Mean of the normal distribution before it is cut (default 0). */
  mean?: number;
  /** Deviation of the normal distribution before it is cut (default 1). */
  std?: number;
  /** Smallest value, in the units of the result and not of `std` (default −2). */
  a?: number;
  /** Largest value (default 2). */
  b?: number;
}

/**
 * Fills a tensor with draws from N(mean, std²) conditioned on [a, b], by the inverse of the distribution function;
 * `torch.nn.init.trunc_normal_`.
 *
 * @throws ConfigError unless a < b and std > 0
 */
export function truncNormal_<Target extends Tensor>(target: Target, options: TruncatedNormalOptions = {}): Target {
  const { mean = 0, std = 1, a = -2, b = 2, generator } = options;
  if (!(a < b && std > 0)) {
    throw new ConfigError('no such truncated normal distribution', {
      op: 'truncNormal_',
      got: `std = ${std}, a = ${a}, b = ${b}`,
      expected: 'std > 0 and a < b',
    });
  }
  // erf of the bounds: uniform draws between them, sent through the inverse of erf, are the truncated normal.
  const low = erf((a - mean) / (std * Math.SQRT2));
  const high = erf((b - mean) / (std * Math.SQRT2));
  return fill(target, () =>
    inverseErf(uniform(target.shape, low, high, { dtype: target.dtype, generator }))
      .mul(std * Math.SQRT2)
      .add(mean)
      .clamp({ min: a, max: b }),
  );
}

/**
 * The inverse of erf: Giles' two polynomials (2012, Approximating the erfinv function, table 5) and one Newton step,
 * which takes their 1e-7 to the limit of the dtype.
 */
function inverseErf(y: Tensor): Tensor {
  // −log(1 − y²), where y = ±1 would give infinity; the clamp keeps the tail at what float32 can tell from 1.
  const w = log1p(y.square().neg()).neg().clamp({ max: 16.6 });
  const guess = where(w.lt(5), polynomial(w.sub(2.5), central), polynomial(w.sqrt().sub(3), tail)).mul(y);
  const slope = guess
    .square()
    .neg()
    .exp()
    .mul(2 / Math.sqrt(Math.PI));
  return guess.sub(erfOf(guess).sub(y).div(slope));
}

const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  2.46640727e-1, 1.50140941,
];
const tail = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406,
  2.83297682,
];

/** Horner's rule, highest power first. */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [highest = 0, next = 0, ...rest] = coefficients;
  return rest.reduce((sum, coefficient) => sum.mul(x).add(coefficient), x.mul(highest).add(next));
}

/** erf of one number to 1e-14: its Taylor series where that is short, the continued fraction of erfc beyond. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)));
}
