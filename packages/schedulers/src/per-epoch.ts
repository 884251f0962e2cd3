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
 * @throws ConfigError for options out of range
 */
export function perEpoch(epochs: Schedule, options: PerEpochOptions): Schedule {
  checkOptions('perEpoch', options, { stepsPerEpoch: positiveInteger });
  const { stepsPerEpoch } = options;
  return schedule((step) => epochs(Math.floor(step / stepsPerEpoch)));
}
