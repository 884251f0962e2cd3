import { ConfigError } from '@evenkeel/errors';

/** How the best step of a run is found from its validations. */
export interface SelectionRule {
  /** The metric that decides; default `loss`. */
  monitor?: string;
  /** Whether less or more of it is better; default `minimize`. */
  goal?: 'minimize' | 'maximize';
  /** By how much it has to get better to count; default 0, by any amount. */
  minDelta?: number;
}

/** What is known after some validations. */
export interface SelectionState {
  readonly best?: { readonly step: number; readonly value: number } | undefined;
  /** Validations since the best one. */
  readonly unimproved: number;
}

/**
 * A fold over validations: the best one so far, and how many came after it. A metric that is NaN is never better.
 *
 * ```ts
 * const selection = new Selection({ monitor: 'accuracy', goal: 'maximize' });
 * console.log(selection.update(100, { accuracy: 0.9 }), selection.update(200, { accuracy: 0.8 })); // prints true false
 * console.log(selection.state); // prints { best: { step: 100, value: 0.9 }, unimproved: 1 }
 * ```
 */
export class Selection {
  readonly #monitor: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  #state: SelectionState;

  constructor(rule: SelectionRule = {}, state: SelectionState = { unimproved: 0 }) {
    this.#monitor = rule.monitor ?? 'loss';
    this.#sign = (rule.goal ?? 'minimize') === 'minimize' ? -1 : 1;
    this.#minDelta = rule.minDelta ?? 0;
    this.#state = state;
  }

  get state(): SelectionState {
    return this.#state;
  }

  /**
   * Takes in a validation.
   *
   * @returns whether it is the best one so far
   * @throws ConfigError if the monitored metric is not among the metrics
   */
  update(step: number, metrics: Readonly<Record<string, number>>): boolean {
    const value = metrics[this.#monitor];
    if (value === undefined) {
      throw new ConfigError(`The monitored metric "${this.#monitor}" was not measured`, {
        got: `metrics ${Object.keys(metrics).join(', ')}`,
        remedy: 'set monitor to one of them',
      });
    }
    const { best, unimproved } = this.#state;
    const better = best ? this.#sign * (value - best.value) > this.#minDelta : !Number.isNaN(value);
    this.#state = better ? { best: { step, value }, unimproved: 0 } : { best, unimproved: unimproved + 1 };
    return better;
  }
}
