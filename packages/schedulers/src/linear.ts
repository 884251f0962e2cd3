import { type Check, checkOptions, fraction, notNegative, optional, positiveInteger } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface LinearLROptions {
  /** Base rate. */
  lr: number;
  /** What the base rate is multiplied by at step 0, above 0 and at most 1. Default: 1/3. */
  startFactor?: number;
  /** What it is multiplied by from step `totalIters` on, from 0 to 1. Default: 1. */
  endFactor?: number;
  /** Steps from the start factor to the end factor. Default: 5. */
  totalIters?: number;
}

/**
 * A straight line from `lr · startFactor` to `lr · endFactor`, which then stays (PyTorch's LinearLR):
 * `lr · (start + (end − start) · min(step / totalIters, 1))`.
 *
 * ```ts
 * const schedule = linearLR({ lr: 1, startFactor: 0.5, totalIters: 4 });
 * console.log([0, 1, 2, 4, 9].map((step) => schedule(step).lr)); // prints [ 0.5, 0.625, 0.75, 1, 1 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function linearLR(options: LinearLROptions): Schedule {
  checkOptions('linearLR', options, {
    lr: notNegative,
    startFactor: optional(startingFraction),
    endFactor: optional(fraction),
    totalIters: optional(positiveInteger),
  });
  const { lr, startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
  const rise = endFactor - startFactor;
  const next = (rate: number, step: number) => {
    if (step === 0) return rate * startFactor;
    if (step > totalIters) return rate;
    return rate * (1 + rise / (totalIters * startFactor + (step - 1) * rise));
  };
  const rateAt = (step: number) => ({ lr: lr * (startFactor + rise * Math.min(step / totalIters, 1)) });
  return schedule(rateAt, { lr, next });
}

const startingFraction: Check = (value) =>
  value === 0 || fraction(value) !== undefined ? 'a number above 0, at most 1' : undefined;
