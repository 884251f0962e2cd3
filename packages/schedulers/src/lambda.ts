import { callable, checkOptions, notNegative } from './check-options.ts';
import { recurrence } from './recurrence.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface LambdaLROptions {
  /** Base rate. */
  lr: number;
  /** The factor on the base rate at a step (PyTorch's `lr_lambda`). */
  lrLambda: (step: number) => number;
}

/**
 * `lr · lrLambda(step)` (PyTorch's LambdaLR).
 *
 * ```ts
 * const schedule = lambdaLR({ lr: 1, lrLambda: (step) => 1 / (1 + step) });
 * console.log([0, 1, 3].map((step) => schedule(step).lr)); // prints [ 1, 0.5, 0.25 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function lambdaLR(options: LambdaLROptions): Schedule {
  checkOptions('lambdaLR', options, { lr: notNegative, lrLambda: callable });
  const { lr, lrLambda } = options;
  return schedule((step) => ({ lr: lr * lrLambda(step) }));
}

/**
 * The rate of the step before times `lrLambda(step)`, from `lr` at step 0 (PyTorch's MultiplicativeLR):
 * `lr · lrLambda(1) · … · lrLambda(step)`. Steps are whole numbers.
 *
 * ```ts
 * const schedule = multiplicativeLR({ lr: 1, lrLambda: (step) => (step < 3 ? 0.5 : 1) });
 * console.log([0, 1, 2, 3, 4].map((step) => schedule(step).lr)); // prints [ 1, 0.5, 0.25, 0.25, 0.25 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function multiplicativeLR(options: LambdaLROptions): Schedule {
  checkOptions('multiplicativeLR', options, { lr: notNegative, lrLambda: callable });
  const { lr, lrLambda } = options;
  const next = (rate: number, step: number) => (step === 0 ? rate : rate * lrLambda(step));
  const lrAt = recurrence(lr, next);
  return schedule((step) => ({ lr: lrAt(step) }), { lr, next });
}
