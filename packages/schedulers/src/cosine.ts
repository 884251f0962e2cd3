import { checkOptions, notNegative, optional, positiveInteger } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface CosineAnnealingLROptions {
  /** Base rate, which is also the largest. */
  lr: number;
  /** Steps from the largest rate to the smallest: half a period. */
  tMax: number;
  /** The smallest rate. Default: 0. */
  etaMin?: number;
}

/**
 * Half a cosine from `lr` down to `etaMin`, and up again if training goes on (PyTorch's CosineAnnealingLR, from SGDR,
 * arXiv:1608.03983, without its restarts): `etaMin + (lr − etaMin) · (1 + cos(π · step / tMax)) / 2`.
 *
 * ```ts
 * const schedule = cosineAnnealingLR({ lr: 1, tMax: 100, etaMin: 0.5 });
 * console.log([0, 50, 100, 200].map((step) => schedule(step).lr)); // prints [ 1, 0.75, 0.5, 1 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function cosineAnnealingLR(options: CosineAnnealingLROptions): Schedule {
  checkOptions('cosineAnnealingLR', options, { lr: notNegative, tMax: positiveInteger, etaMin: optional(notNegative) });
  const { lr, tMax, etaMin = 0 } = options;
  const next = (rate: number, step: number) => {
    if (step === 0) return rate;
    // Straight after the lowest point the ratio below would be 0 / 0.
    if ((step - 1 - tMax) % (2 * tMax) === 0) return rate + ((lr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    const ratio = (1 + Math.cos((Math.PI * step) / tMax)) / (1 + Math.cos((Math.PI * (step - 1)) / tMax));
    return ratio * (rate - etaMin) + etaMin;
  };
  return schedule((step) => ({ lr: halfCosine(lr, etaMin, step / tMax) }), { lr, next });
}

export interface CosineAnnealingWarmRestartsOptions {
  /** Base rate, at which every cycle starts. */
  lr: number;
  /** Steps of the first cycle (PyTorch's `T_0`). */
  t0: number;
  /** How many times longer each cycle is than the one before (PyTorch's `T_mult`). Default: 1. */
  tMult?: number;
  /** The rate at which every cycle ends. Default: 0. */
  etaMin?: number;
}

/**
 * Half cosines from `lr` down to `etaMin`, one after the other (PyTorch's CosineAnnealingWarmRestarts; SGDR,
 * arXiv:1608.03983).
 *
 * ```ts
 * const schedule = cosineAnnealingWarmRestarts({ lr: 1, t0: 10, tMult: 2 });
 * console.log([0, 5, 10, 20, 30].map((step) => schedule(step).lr.toFixed(2)).join(' ')); // prints 1.00 0.50 1.00 0.50 1.00
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function cosineAnnealingWarmRestarts(options: CosineAnnealingWarmRestartsOptions): Schedule {
  checkOptions('cosineAnnealingWarmRestarts', options, {
    lr: notNegative,
    t0: positiveInteger,
    tMult: optional(positiveInteger),
    etaMin: optional(notNegative),
  });
  const { lr, t0, tMult = 1, etaMin = 0 } = options;
  return schedule((step) => {
    if (tMult === 1) return { lr: halfCosine(lr, etaMin, (step % t0) / t0) };
    let length = t0;
    let start = 0;
    while (step >= start + length) {
      start += length;
      length *= tMult;
    }
    return { lr: halfCosine(lr, etaMin, (step - start) / length) };
  });
}

/** From `high` at progress 0 to `low` at progress 1. */
export function halfCosine(high: number, low: number, progress: number): number {
  return low + ((high - low) * (1 + Math.cos(Math.PI * progress))) / 2;
}
