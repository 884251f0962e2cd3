import { checkOptions, fraction, notNegative, optional, positiveInteger, wholeNumber } from './check-options.ts';
import { halfCosine } from './cosine.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface WarmupOptions {
  /** How many steps rise before the schedule begins. */
  steps: number;
  /** The part of the schedule's first rate at which the rise starts, from 0 to 1. Default: 1 / steps. */
  startFactor?: number;
}

/**
 * A straight rise to the first rate of any schedule, which begins when the rise is over:
 * `warmup(cosineAnnealingLR({ lr: 3e-3, tMax: 900 }), { steps: 100 })` is 1000 steps long.
 *
 * The numbers are PyTorch's `SequentialLR([LinearLR(start_factor, total_iters=steps), schedule], [steps])`.
 *
 * ```ts
 * const schedule = warmup(stepLR({ lr: 1, stepSize: 10, gamma: 0.5 }), { steps: 4 });
 * console.log([0, 1, 2, 4, 14].map((step) => schedule(step).lr)); // prints [ 0.25, 0.4375, 0.625, 1, 0.5 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function warmup(after: Schedule, options: WarmupOptions): Schedule {
  checkOptions('warmup', options, { steps: wholeNumber, startFactor: optional(fraction) });
  const { steps, startFactor = 1 / steps } = options;
  return schedule((step) => {
    if (step >= steps) return after(step - steps);
    const peak = after(0);
    return { ...peak, lr: peak.lr * (startFactor + (1 - startFactor) * (step / steps)) };
  });
}

export interface WarmupCosineOptions {
  /** Base rate, in force when the warm-up is over. */
  lr: number;
  /** Steps of the rise from 0. */
  warmup: number;
  /** Steps until the smallest rate, warm-up included. */
  total: number;
  /** The smallest rate as a part of the base rate. Default: 0. */
  minRatio?: number;
}

/**
 * A straight rise from 0, half a cosine down, and the smallest rate from then on. Unlike `cosineAnnealingLR`, it does not
 * rise again. Factor on `lr`: `step / warmup`, then `min + (1 − min) · (1 + cos(π · t)) / 2` with
 * `t = min(1, (step − warmup) / (total − warmup))`.
 *
 * ```ts
 * const schedule = warmupCosine({ lr: 1, warmup: 10, total: 110, minRatio: 0.5 });
 * console.log([0, 5, 10, 60, 110, 999].map((step) => schedule(step).lr)); // prints [ 0, 0.5, 1, 0.75, 0.5, 0.5 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function warmupCosine(options: WarmupCosineOptions): Schedule {
  checkOptions('warmupCosine', options, {
    lr: notNegative,
    warmup: wholeNumber,
    total: positiveInteger,
    minRatio: optional(fraction),
  });
  const { lr, warmup: rising, total, minRatio = 0 } = options;
  return schedule((step) => {
    if (step < rising) return { lr: (lr * step) / rising };
    const progress = total > rising ? Math.min(1, (step - rising) / (total - rising)) : 1;
    return { lr: halfCosine(lr, lr * minRatio, progress) };
  });
}
