import { ConfigError } from '@evenkeel/errors';
import {
  expm1,
  hostGuard,
  liveNumber,
  noGrad,
  persistent,
  Tensor,
  type TensorLike,
  tensor,
  where,
} from '@evenkeel/tensor';
import { type DeviceNumbers, Slot } from './slot.ts';
import type { OptimizerStateDict } from './state-dict.ts';

/**
 * A step of which the device decides whether it counts: nobody reads the decision, and where it is no, parameters, state and step
 * counters stay as they are, to the bit.
 *
 * Steps are then counted in tensors. Parameters that always move together have one counter together, so that one kernel can move them all.
 */
export class GuardedStep {
  readonly #optimizer: { stateDict(): OptimizerStateDict };
  readonly #counts: Tensor;
  readonly #counting: GuardedSlot[] = [];
  #isCounted = false;

  /** @param counts whether the step counts, a scalar of bool */
  constructor(optimizer: { stateDict(): OptimizerStateDict }, counts: Tensor) {
    this.#optimizer = optimizer;
    this.#counts = counts;
  }

  /** For `optimizer.step(guarded.Kind)`. */
  get Kind(): typeof Slot {
    const guarded = this;
    return class extends GuardedSlot {
      constructor(...of: ConstructorParameters<typeof Slot>) {
        super(guarded, of);
      }
    };
  }

  /** `after` where the step counts, else `before`. */
  choose(after: TensorLike, before: Tensor): Tensor {
    return where(this.#counts, after, before);
  }

  /** Has a parameter's steps counted. */
  enroll(slot: GuardedSlot): void {
    this.#counting.push(slot);
  }

  /** Counts the step, once. When it is called all slots have been made. */
  count(): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    const holders = new Map<unknown, number>();
    for (const { step } of Object.values(this.#optimizer.stateDict().state)) {
      holders.set(step, (holders.get(step) ?? 0) + 1);
    }
    const sharers = Map.groupBy(this.#counting, ({ state }) => state.step ?? 0);
    for (const [before, slots] of sharers) {
      const isTheirs = before instanceof Tensor && holders.get(before) === slots.length;
      // A counter that others hold too, who do not move now, is theirs.
      const counter = isTheirs
        ? before
        : persistent(() => (before instanceof Tensor ? before.clone() : tensor(before)));
      for (const { state } of slots) state.step = counter;
      // A program that moves others may give some of them a counter of their own.
      hostGuard(() => slots.every(({ state }) => state.step === counter));
      noGrad(() => counter.assign(this.choose(counter.add(1), counter)));
    }
  }
}

/** A parameter during a step that may not count: its numbers are on the device. */
class GuardedSlot extends Slot {
  override readonly device: DeviceNumbers;
  readonly #guarded: GuardedStep;

  constructor(guarded: GuardedStep, of: ConstructorParameters<typeof Slot>) {
    super(...of);
    this.#guarded = guarded;
    this.device = this.#numbers();
  }

  override get step(): never {
    throw onDevice('slot.step');
  }

  override number(key: string): never {
    throw onDevice(`slot.number('${key}')`);
  }

  override advance(key: string): void {
    if (key !== 'step') throw onDevice(`slot.advance('${key}')`);
    this.#guarded.enroll(this);
  }

  override live(name: string, produce: () => number): TensorLike {
    const { dtype } = this.parameter;
    const key = `${name}|${dtype}|${produce()}`;
    const number = this.shared.get(key) ?? liveNumber(produce, dtype);
    this.shared.set(key, number);
    return number;
  }

  override write(target: Tensor, value: Tensor): void {
    target.assign(this.#guarded.choose(value, target));
  }

  #numbers(): DeviceNumbers {
    const { dtype } = this.parameter;
    const step = (): Tensor => {
      this.#guarded.count();
      return this.#scalar('step', 0).to(dtype);
    };
    return {
      get step() {
        return step();
      },
      left: (beta) => {
        // A beta of 0 has no logarithm; e^-100 is as good as none.
        const logarithm = this.live('logarithm', () => Math.log(Math.max(beta(), Math.exp(-100))));
        return expm1(step().mul(logarithm)).neg();
      },
      number: (key, initial) => this.#scalar(key, initial),
      advance: (key, initial, next) => {
        const number = this.#scalar(key, initial);
        const after = next(number);
        this.write(number, after);
        return after;
      },
      isFirst: (key) => {
        const begun = this.#scalar(`${key}_begun`, this.has(key) ? 1 : 0);
        const isFirst = begun.eq(0);
        begun.assign(this.#guarded.choose(1, begun));
        return isFirst;
      },
    };
  }

  #scalar(key: string, initial: number): Tensor {
    const value = this.state[key] ?? initial;
    if (value instanceof Tensor) return value;
    const fresh = persistent(() => tensor(value, { dtype: this.parameter.dtype }));
    this.state[key] = fresh;
    return fresh;
  }
}

function onDevice(what: string): ConfigError {
  return new ConfigError('numbers of this step are on the device, because it may not count', {
    doing: 'taking a step with a GradScaler',
    got: `${what} in a transform`,
    expected: 'slot.device, where it is there',
    remedy: 'compute with the tensors of slot.device where it is there, as scaleByAdam does',
  });
}
