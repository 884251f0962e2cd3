import { checkOptions, notNegative, optional, positive, positiveInteger } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface InverseSqrtLROptions {
  /** Base rate, in force at step 0. */
  lr: number;
  /** How slowly it falls, in steps: after three times as many the rate is halved. */
  timescale: number;
}

/**
 * `lr · √(timescale / (timescale + step))`. Behind a warm-up of `timescale` steps it is the Transformer's schedule with
 * `lr` as its peak: `warmup(inverseSqrtLR({ lr, timescale: 4000 }), { steps: 4000 })`.
 *
 * ```ts
 * const schedule = inverseSqrtLR({ lr: 1, timescale: 100 });
 * console.log([0, 300, 1500].map((step) => schedule(step).lr)); // prints [ 1, 0.5, 0.25 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function inverseSqrtLR(options: InverseSqrtLROptions): Schedule {
  checkOptions('inverseSqrtLR', options, { lr: notNegative, timescale: positive });
  const { lr, timescale } = options;
  return schedule((step) => ({ lr: lr * Math.sqrt(timescale / (timescale + step)) }));
}

export interface NoamLROptions {
  /** A factor on the whole. Default: 1. */
  lr?: number;
  /** Width of the model. */
  dModel: number;
  /** Steps until the peak. */
  warmup: number;
}

/**
 * The schedule of "Attention is all you need" (arXiv:1706.03762, section 5.3), its steps counted from 0:
 * `lr · dModel^−0.5 · min((step + 1)^−0.5, (step + 1) · warmup^−1.5)`.
 *
 * ```ts
 * const schedule = noamLR({ dModel: 64, warmup: 400 });
 * console.log([99, 399, 1599].map((step) => schedule(step).lr.toFixed(6)).join(' ')); // prints 0.001563 0.006250 0.003125
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function noamLR(options: NoamLROptions): Schedule {
  checkOptions('noamLR', options, { lr: optional(notNegative), dModel: positiveInteger, warmup: positiveInteger });
  const { lr = 1, dModel, warmup } = options;
  return schedule((step) => ({
    lr: lr * dModel ** -0.5 * Math.min((step + 1) ** -0.5, (step + 1) * warmup ** -1.5),
  }));
}
