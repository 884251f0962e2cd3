import { StateDictError } from '@evenkeel/errors';
import {
  type Check,
  checkOptions,
  finite,
  fraction,
  notNegative,
  oneOf,
  optional,
  wholeNumber,
} from './check-options.ts';

export interface ReduceLROnPlateauOptions {
  /** Base rate. */
  lr: number;
  /** Whether a better metric is smaller or larger. Default: `'min'`. */
  mode?: 'min' | 'max';
  /** What a plateau multiplies the rate by, below 1. Default: 0.1. */
  factor?: number;
  /** How many metrics in a row may be no better; the one after them lowers the rate. Default: 10. */
  patience?: number;
  /** By how much a metric must be better to count. Default: 1e-4. */
  threshold?: number;
  /** Whether the threshold is a part of the best metric or a difference. Default: `'rel'`. */
  thresholdMode?: 'rel' | 'abs';
  /** How many metrics after a reduction are not counted as bad. Default: 0. */
  cooldown?: number;
  /** The rate is never lowered below this. Default: 0. */
  minLr?: number;
  /** A reduction by no more than this is left out. Default: 1e-8. */
  eps?: number;
}

/** What has to be saved to go on, under PyTorch's keys. `best` is null before the first metric; all of it fits in JSON. */
export interface PlateauState {
  best: number | null;
  num_bad_epochs: number;
  cooldown_counter: number;
  last_epoch: number;
  _last_lr: number[];
}

/**
 * Lowers the rate when a metric has stopped getting better (PyTorch's ReduceLROnPlateau). The one schedule that is no
 * function of the step: give `step` the metric after each epoch and read `lr`.
 *
 * ```ts
 * const plateau = new ReduceLROnPlateau({ lr: 1, factor: 0.5, patience: 1 });
 * const losses = [3, 2, 2, 2, 2]; // one for each epoch
 * console.log(losses.map((loss) => plateau.step(loss))); // prints [ 1, 1, 1, 0.5, 0.5 ]
 * ```
 *
 * @throws ConfigError for options out of range
 */
export class ReduceLROnPlateau {
  readonly #options: Required<ReduceLROnPlateauOptions>;
  #lr: number;
  #best: number;
  #badEpochs = 0;
  #cooldownLeft = 0;
  #epoch = 0;

  constructor(options: ReduceLROnPlateauOptions) {
    checkOptions('ReduceLROnPlateau', options, {
      lr: notNegative,
      mode: optional(oneOf('min', 'max')),
      factor: optional(belowOne),
      patience: optional(wholeNumber),
      threshold: optional(finite),
      thresholdMode: optional(oneOf('rel', 'abs')),
      cooldown: optional(wholeNumber),
      minLr: optional(notNegative),
      eps: optional(notNegative),
    });
    const { lr, mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = options;
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    this.#options = { lr, mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
    this.#lr = options.lr;
    this.#best = this.#worst;
  }

  /** The rate in force now. */
  get lr(): number {
    return this.#lr;
  }

  /** Takes the metric of one epoch and returns the rate for the next. NaN counts as no better. */
  step(metric: number): number {
    const { factor, patience, cooldown, minLr, eps } = this.#options;
    this.#epoch += 1;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#badEpochs = 0;
    } else {
      this.#badEpochs += 1;
    }
    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft -= 1;
      this.#badEpochs = 0;
    }
    if (this.#badEpochs > patience) {
      const lower = Math.max(this.#lr * factor, minLr);
      if (this.#lr - lower > eps) this.#lr = lower;
      this.#cooldownLeft = cooldown;
      this.#badEpochs = 0;
    }
    return this.#lr;
  }

  stateDict(): PlateauState {
    return {
      best: this.#best === this.#worst ? null : this.#best,
      num_bad_epochs: this.#badEpochs,
      cooldown_counter: this.#cooldownLeft,
      last_epoch: this.#epoch,
      _last_lr: [this.#lr],
    };
  }

  /** @throws StateDictError when the state is not one that `stateDict` gave */
  loadStateDict(state: PlateauState): void {
    const lr = state._last_lr?.[0];
    const numbers = [state.best ?? 0, state.num_bad_epochs, state.cooldown_counter, state.last_epoch, lr];
    if (lr === undefined || !numbers.every((value) => typeof value === 'number' && !Number.isNaN(value))) {
      throw new StateDictError('this is no state of ReduceLROnPlateau', {
        got: JSON.stringify(state),
        expected: 'what its stateDict() returned',
      });
    }
    this.#best = state.best ?? this.#worst;
    this.#badEpochs = state.num_bad_epochs;
    this.#cooldownLeft = state.cooldown_counter;
    this.#epoch = state.last_epoch;
    this.#lr = lr;
  }

  get #worst(): number {
    return this.#options.mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === 'min' ? -1 : 1;
    const bar = thresholdMode === 'rel' ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return mode === 'min' ? metric < bar : metric > bar;
  }
}

const belowOne: Check = (value) =>
  value === 1 || fraction(value) !== undefined ? 'a number from 0 to below 1' : undefined;
