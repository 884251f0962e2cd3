import { checkOptions, positiveInteger } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface PerEpochOptions {
  /** Optimizer steps in one epoch. */
  stepsPerEpoch: number;
}

/**
 * A schedule that counts epochs, as one that counts optimizer steps: the rate stays the same throughout an epoch.
 * `perEpoch(exponentialLR({ lr: 0.1, gamma: 0.98 }), { stepsPerEpoch: 500 })` takes 2 % off after each.
 *
 * ```ts
 * const schedule = perEpoch(exponentialLR({ lr: 1, gamma: 0.5 }), { stepsPerEpoch: 500 });
 * console.log([0, 499, 500, 1000].map((step) => schedule(step).lr)); // prints [ 1, 1, 0.5, 0.25 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function perEpoch(epochs: Schedule, options: PerEpochOptions): Schedule {
  checkOptions('perEpoch', options, { stepsPerEpoch: positiveInteger });
  const { stepsPerEpoch } = options;
  return schedule((step) => epochs(Math.floor(step / stepsPerEpoch)));
}
