import { ConfigError } from '@evenkeel/errors';

/** What is in force for one optimizer step. */
export interface Rate {
  /** The learning rate. */
  lr: number;
  /** Momentum of SGD, or the first beta of Adam; only from schedules that cycle it. */
  momentum?: number;
}

/**
 * A pure function of the step: `schedule(0)` is the rate of the first optimizer step. Steps are optimizer steps or
 * epochs, whichever the caller counts. Any function of this form is a schedule; it needs nothing from this package.
 */
export interface Schedule {
  (step: number): Rate;
  /** How the schedule moves a rate that others move too. Without it, `chainedScheduler` takes the value as it is. */
  readonly chain?: Chain;
}

/** A schedule in PyTorch's recursive form. */
export interface Chain {
  /** The base rate, from which a chain starts. */
  readonly lr: number;
  /** The rate at `step`, given the rate that was in force before it (at step 0, the base rate). */
  readonly next: (rate: number, step: number) => number;
}

/** Makes a schedule from a function that may trust its step to be a finite number, zero or above. */
export function schedule(rateAt: (step: number) => Rate, chain?: Chain): Schedule {
  const checked = (step: number): Rate => rateAt(checkedStep(step));
  return chain ? Object.assign(checked, { chain }) : checked;
}

function checkedStep(step: number): number {
  if (Number.isFinite(step) && step >= 0) return step;
  throw new ConfigError('a schedule cannot tell the rate of this step', {
    got: `step ${step}`,
    expected: 'a finite number, 0 or above',
    remedy: 'count steps from 0, so that schedule(0) is the rate of the first optimizer step',
  });
}
