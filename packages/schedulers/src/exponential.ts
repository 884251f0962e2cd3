import { checkOptions, notNegative } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface ExponentialLROptions {
  /** Base rate. */
  lr: number;
  /** What every step multiplies the rate by: 0.98 takes 2 % off. */
  gamma: number;
}

/**
 * `lr · gamma^step` (PyTorch's ExponentialLR).
 *
 * ```ts
 * const schedule = exponentialLR({ lr: 1, gamma: 0.5 });
 * console.log([0, 1, 2, 3].map((step) => schedule(step).lr)); // prints [ 1, 0.5, 0.25, 0.125 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function exponentialLR(options: ExponentialLROptions): Schedule {
  checkOptions('exponentialLR', options, { lr: notNegative, gamma: notNegative });
  const { lr, gamma } = options;
  const next = (rate: number, step: number) => (step === 0 ? rate : rate * gamma);
  return schedule((step) => ({ lr: lr * gamma ** step }), { lr, next });
}
