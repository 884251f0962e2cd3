import { ConfigError } from '@evenkeel/errors';
import { checkOptions, fraction, notNegative, optional, positiveInteger } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface ConstantOptions {
  /** The rate at every step. */
  lr: number;
}

/**
 * The same rate for ever.
 *
 * ```ts
 * const schedule = constant({ lr: 0.1 });
 * console.log([0, 1000].map((step) => schedule(step).lr)); // prints [ 0.1, 0.1 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function constant(options: ConstantOptions): Schedule {
  checkOptions('constant', options, { lr: notNegative });
  const { lr } = options;
  return schedule(() => ({ lr }), { lr, next: (rate) => rate });
}

export interface ConstantLROptions {
  /** Base rate. */
  lr: number;
  /** What the base rate is multiplied by at first, from 0 to 1. Default: 1/3. */
  factor?: number;
  /** Steps until the base rate itself is in force. Default: 5. */
  totalIters?: number;
}

/**
 * `lr · factor` for the first `totalIters` steps, then `lr` (PyTorch's ConstantLR).
 *
 * ```ts
 * const schedule = constantLR({ lr: 1, factor: 0.5, totalIters: 2 });
 * console.log([0, 1, 2, 3].map((step) => schedule(step).lr)); // prints [ 0.5, 0.5, 1, 1 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function constantLR(options: ConstantLROptions): Schedule {
  checkOptions('constantLR', options, {
    lr: notNegative,
    factor: optional(fraction),
    totalIters: optional(positiveInteger),
  });
  const { lr, factor = 1 / 3, totalIters = 5 } = options;
  const next = (rate: number, step: number) => {
    if (step === 0) return rate * factor;
    if (step !== totalIters) return rate;
    if (factor > 0) return rate / factor;
    throw new ConfigError('in a chain, constantLR cannot come back from factor 0', { remedy: 'take a factor above 0' });
  };
  return schedule((step) => ({ lr: step < totalIters ? lr * factor : lr }), { lr, next });
}
