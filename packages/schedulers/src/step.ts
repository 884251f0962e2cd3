import { checkOptions, listOf, notNegative, optional, positiveInteger, wholeNumber } from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface StepLROptions {
  /** Base rate. */
  lr: number;
  /** Steps from one decay to the next. */
  stepSize: number;
  /** What each decay multiplies the rate by. Default: 0.1. */
  gamma?: number;
}

/**
 * A decay by `gamma` every `stepSize` steps (PyTorch's StepLR): `lr · gamma^⌊step / stepSize⌋`.
 *
 * ```ts
 * const schedule = stepLR({ lr: 1, stepSize: 2, gamma: 0.5 });
 * console.log([0, 1, 2, 3, 4].map((step) => schedule(step).lr)); // prints [ 1, 1, 0.5, 0.5, 0.25 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function stepLR(options: StepLROptions): Schedule {
  checkOptions('stepLR', options, { lr: notNegative, stepSize: positiveInteger, gamma: optional(notNegative) });
  const { lr, stepSize, gamma = 0.1 } = options;
  const next = (rate: number, step: number) => (step > 0 && step % stepSize === 0 ? rate * gamma : rate);
  return schedule((step) => ({ lr: lr * gamma ** Math.floor(step / stepSize) }), { lr, next });
}

export interface MultiStepLROptions {
  /** Base rate. */
  lr: number;
  /** The steps at which the rate decays, in any order; one that stands twice decays twice. */
  milestones: readonly number[];
  /** What each decay multiplies the rate by. Default: 0.1. */
  gamma?: number;
}

/**
 * A decay by `gamma` at each milestone (PyTorch's MultiStepLR): `lr · gamma^(milestones ≤ step)`.
 *
 * ```ts
 * const schedule = multiStepLR({ lr: 1, milestones: [2, 3], gamma: 0.5 });
 * console.log([0, 1, 2, 3, 9].map((step) => schedule(step).lr)); // prints [ 1, 1, 0.5, 0.25, 0.25 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function multiStepLR(options: MultiStepLROptions): Schedule {
  checkOptions('multiStepLR', options, {
    lr: notNegative,
    milestones: listOf(wholeNumber),
    gamma: optional(notNegative),
  });
  const { lr, gamma = 0.1 } = options;
  const milestones = [...options.milestones];
  const next = (rate: number, step: number) => rate * gamma ** milestones.filter((at) => at === step).length;
  return schedule((step) => ({ lr: lr * gamma ** milestones.filter((at) => at <= step).length }), { lr, next });
}
