import { fullLike, type Tensor } from '@evenkeel/tensor';
import type { Hyperparameters } from './hyperparameters.ts';

/** What an optimizer remembers about one parameter, under PyTorch's keys: `step`, `exp_avg`, `momentum_buffer`, … */
export type ParameterState = Record<string, Tensor | number>;

/**
 * One parameter during one step: the tensor, its state and the hyperparameters of its group as they stand now.
 *
 * ```ts
 * const counted = perParameter((update, slot) => {
 *   slot.store('calls', slot.number('calls', 0) + 1);
 *   return update.neg();
 * });
 * const optimizer = new Optimizer([weight], { transform: counted, defaults: {} });
 * weight.square().backward();
 * optimizer.step();
 * console.log(optimizer.stateDict().state); // prints { '0': { calls: 1 } }
 * ```
 */
export class Slot {
  readonly parameter: Tensor;
  readonly state: ParameterState;
  readonly group: Readonly<Hyperparameters>;
  /** How many updates this parameter has had, this one included. 0 where no transform of the chain counts. */
  readonly step: number;

  constructor(parameter: Tensor, state: ParameterState, group: Readonly<Hyperparameters>, step: number) {
    this.parameter = parameter;
    this.state = state;
    this.group = group;
    this.step = step;
  }

  has(key: string): boolean {
    return this.state[key] !== undefined;
  }

  /** The state tensor `key`, shaped like the parameter; made and filled with `initial` where there is none yet. */
  tensor(key: string, initial = 0): Tensor {
    const value = this.state[key];
    if (typeof value === 'object') return value;
    // clone(): a constant has no memory that could be assigned to.
    const fresh = fullLike(this.parameter, initial).clone().keep();
    this.state[key] = fresh;
    return fresh;
  }

  /** The state number `key`, or `initial` where there is none yet. */
  number(key: string, initial: number): number {
    const value = this.state[key];
    return typeof value === 'number' ? value : initial;
  }

  /** Stores a state number, or copies a tensor's content into the state tensor `key`, and returns what was given. */
  store<Value extends Tensor | number>(key: string, value: Value): Value {
    if (typeof value === 'number') this.state[key] = value;
    else this.tensor(key).assign(value);
    return value;
  }
}
