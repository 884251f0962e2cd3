import { ConfigError } from '@evenkeel/errors';
import { fullLike, hostEffect, liveNumber, persistent, type Tensor, type TensorLike } from '@evenkeel/tensor';
import type { Hyperparameters } from './hyperparameters.ts';

/** What an optimizer remembers about one parameter, under PyTorch's keys: `step`, `exp_avg`, `momentum_buffer`, … */
export type ParameterState = Record<string, Tensor | number>;

/** The numbers of a slot as scalar tensors of the parameter's dtype, for a step of which the device decides whether it counts. */
export interface DeviceNumbers {
  /** How many updates the parameter has had, this one included. */
  readonly step: Tensor;
  /** `1 - beta^step`, exact also where it is small: what an average that began at 0 has seen so far. */
  readonly left: (beta: () => number) => Tensor;
  /** The state number `key`, or `initial` where there is none yet. */
  readonly number: (key: string, initial: number) => Tensor;
  /** Moves the state number `key` on if the step counts. Gives what it is then. */
  readonly advance: (key: string, initial: number, next: (before: Tensor) => Tensor) => Tensor;
  /** Whether the state tensor `key` has not been stored yet. */
  readonly isFirst: (key: string) => Tensor;
}

/**
 * One parameter during one step: the tensor, its state and the hyperparameters of its group as they stand now.
 *
 * ```ts
 * const counted = perParameter((update, slot) => {
 *   slot.advance('calls', 0, (calls) => calls + 1);
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
  /** There only in a step that a `GradScaler` takes: then `step`, `number` and `advance` of the slot itself are errors. */
  declare readonly device?: DeviceNumbers;
  protected readonly shared: Map<string, TensorLike>;

  /** @param shared the live numbers of the group's parameters in this step, which most have in common */
  constructor(
    parameter: Tensor,
    state: ParameterState,
    group: Readonly<Hyperparameters>,
    shared: Map<string, TensorLike> = new Map(),
  ) {
    this.parameter = parameter;
    this.state = state;
    this.group = group;
    this.shared = shared;
  }

  /** How many updates this parameter has had, this one included. 0 where no transform of the chain counts. */
  get step(): number {
    return this.number('step', 0);
  }

  /**
   * A number that may be another one at the next step, because it is made of the learning rate, the step count or a state number:
   * a compiled step asks for it again at every call. Parameters of one group for which it is the same at the same step share it.
   */
  live(name: string, produce: () => number): TensorLike {
    const { dtype } = this.parameter;
    const key = `${name}|${dtype}|${this.step}|${produce()}`;
    let number = this.shared.get(key);
    if (number === undefined) {
      number = liveNumber(produce, dtype);
      this.shared.set(key, number);
    }
    return number;
  }

  has(key: string): boolean {
    return this.state[key] !== undefined;
  }

  /** The state tensor `key`, shaped like the parameter; made and filled with `initial` where there is none yet. */
  tensor(key: string, initial = 0): Tensor {
    const value = this.state[key];
    if (typeof value === 'object') return value;
    // clone(): a constant has no memory that could be assigned to.
    const fresh = persistent(() => fullLike(this.parameter, initial).clone());
    this.state[key] = fresh;
    return fresh;
  }

  /** The state number `key`, or `initial` where there is none yet. */
  number(key: string, initial: number): number {
    const value = this.state[key] ?? initial;
    if (typeof value === 'number') return value;
    throw new ConfigError(`${key} is on the device: step with its GradScaler`);
  }

  /** Moves the state number `key` on, at every step; it begins at `initial`. */
  advance(key: string, initial: number, next: (before: number) => number): void {
    hostEffect(() => {
      this.state[key] = next(this.number(key, initial));
    });
  }

  /** Copies a tensor's content into the state tensor `key` and returns what was given. */
  store(key: string, value: Tensor): Tensor {
    this.write(this.tensor(key), value);
    return value;
  }

  /** Has the parameter, or a tensor of its state, hold another value. */
  write(target: Tensor, value: Tensor): void {
    target.assign(value);
  }
}
