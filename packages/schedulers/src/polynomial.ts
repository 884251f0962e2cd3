import { checkOptions, notNegative, optional, positive, positiveInteger } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface PolynomialLROptions {
  /** Base rate. */
  lr: number;
  /** Steps until the rate is 0. Default: 5. */
  totalIters?: number;
  /** The exponent: 1 is a straight line. Default: 1. */
  power?: number;
}

/**
 * From `lr` to 0 along a power (PyTorch's PolynomialLR): `lr · (1 − min(step / totalIters, 1))^power`.
 *
 * ```ts
 * const schedule = polynomialLR({ lr: 1, totalIters: 4, power: 2 });
 * console.log([0, 1, 2, 4].map((step) => schedule(step).lr)); // prints [ 1, 0.5625, 0.25, 0 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function polynomialLR(options: PolynomialLROptions): Schedule {
  checkOptions('polynomialLR', options, {
    lr: notNegative,
    totalIters: optional(positiveInteger),
    power: optional(positive),
  });
  const { lr, totalIters = 5, power = 1 } = options;
  const next = (rate: number, step: number) => {
    if (step === 0 || step > totalIters) return rate;
    return rate * ((1 - step / totalIters) / (1 - (step - 1) / totalIters)) ** power;
  };
  return schedule((step) => ({ lr: lr * (1 - Math.min(step / totalIters, 1)) ** power }), { lr, next });
}
