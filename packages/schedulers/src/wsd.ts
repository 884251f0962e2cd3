import { checkOptions, fraction, notNegative, oneOf, optional, wholeNumber } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface WSDOptions {
  /** Base rate, in force while stable. */
  lr: number;
  /** Steps of the rise from 0. */
  warmup: number;
  /** Steps at the base rate. */
  stable: number;
  /** Steps of the decay to the smallest rate. */
  decay: number;
  /** The smallest rate as a part of the base rate. Default: 0. */
  minRatio?: number;
  /** The form of the decay. Default: `'linear'`. */
  shape?: 'linear' | 'cosine' | 'sqrt';
}

/** What is left of the height, `t` from 0 to 1 through the decay. */
const decays = {
  linear: (t: number) => 1 - t,
  cosine: (t: number) => (1 + Math.cos(Math.PI * t)) / 2,
  sqrt: (t: number) => 1 - Math.sqrt(t),
};

/**
 * Warm-up, stable, decay (MiniCPM, arXiv:2404.06395; the `'sqrt'` form: Hägele et al., arXiv:2405.18392). Factor on `lr`:
 * `step / warmup`; 1; `min + (1 − min) · d(t)` with `t = (step − warmup − stable) / decay`; `min` from then on.
 *
 * ```ts
 * const schedule = wsd({ lr: 1, warmup: 10, stable: 80, decay: 10 });
 * console.log([0, 5, 10, 90, 95, 100].map((step) => schedule(step).lr)); // prints [ 0, 0.5, 1, 1, 0.5, 0 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function wsd(options: WSDOptions): Schedule {
  checkOptions('wsd', options, {
    lr: notNegative,
    warmup: wholeNumber,
    stable: wholeNumber,
    decay: wholeNumber,
    minRatio: optional(fraction),
    shape: optional(oneOf(...Object.keys(decays))),
  });
  const { lr, warmup, stable, decay, minRatio = 0, shape = 'linear' } = options;
  return schedule((step) => {
    if (step < warmup) return { lr: (lr * step) / warmup };
    const falling = step - warmup - stable;
    if (falling < 0) return { lr };
    const left = falling < decay ? decays[shape](falling / decay) : 0;
    return { lr: lr * (minRatio + (1 - minRatio) * left) };
  });
}
