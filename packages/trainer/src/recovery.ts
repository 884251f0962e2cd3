import { DeviceError } from '@evenkeel/errors';
import { type Backend, currentBackend, snapshotTensors, type TensorSnapshot } from '@evenkeel/tensor';
import type { Checkpoint } from './checkpoint.ts';
import type { RunState } from './run-state.ts';
import type { RecoveryOptions } from './train-options.ts';

/** Steps between two snapshots, unless said otherwise. */
const usualSteps = 100;
/** By then the first steps have made all that they make once. */
const earlySteps = 3;
/** How often a device may be lost without a single new step: what a step does may be what kills it. */
const mostLosses = 3;

/** Keeps what a run needs to go on when its device is lost: a checkpoint, and all tensors that a checkpoint does not hold. */
export class Recovery<B> {
  readonly #state: RunState<B>;
  readonly #options: RecoveryOptions;
  #last: { readonly checkpoint: Checkpoint; readonly rest: TensorSnapshot } | undefined;
  #begun: number | undefined;
  #losses = 0;

  constructor(state: RunState<B>, options: RecoveryOptions = {}) {
    this.#state = state;
    this.#options = options;
  }

  /** The last snapshot. */
  get checkpoint(): Checkpoint | undefined {
    return this.#last?.checkpoint;
  }

  /** Whether it is time for a snapshot. A backend that cannot be lost needs none. */
  get isDue(): boolean {
    const { step } = this.#state;
    if (!currentBackend().reopen || this.checkpoint?.record.step === step) return false;
    this.#begun ??= step;
    const { every = usualSteps } = this.#options;
    return step === this.#begun || step === this.#begun + earlySteps || step % every === 0;
  }

  /** Takes a snapshot; of a checkpoint that was just made, only what is not in it. */
  async snapshot(made?: Checkpoint): Promise<void> {
    if (!currentBackend().reopen) return;
    const rest = await snapshotTensors(this.#state.tensors);
    this.#last = { checkpoint: made ?? (await this.#state.capture()), rest };
  }

  /** Says that a step was done that had not been done before. */
  progress(): void {
    this.#losses = 0;
  }

  /**
   * Goes back to the last snapshot on another device, if the device is lost.
   *
   * @returns whether it did
   * @throws DeviceError where there is no other device, or this happens again and again
   */
  async recover(): Promise<boolean> {
    while (this.#last) {
      const lost = currentBackend();
      if (!lost.isLost || !lost.reopen) return false;
      if (++this.#losses > mostLosses) {
        throw new DeviceError(`the device of the backend ${lost.name} was lost ${this.#losses} times in a row`, {
          remedy: 'a step may take it too long, or too much memory: use smaller batches',
        });
      }
      const next = await this.#open(lost);
      try {
        this.#last.rest.moveTo(next);
        this.#state.restore(this.#last.checkpoint);
        lost.dispose();
        return true;
      } catch (error) {
        if (!next.isLost) throw error;
      }
    }
    return false;
  }

  async #open(lost: Backend): Promise<Backend> {
    try {
      return await (this.#options.reopen?.() ?? (lost.reopen as () => Promise<Backend>)());
    } catch (cause) {
      const { summary = String(cause), remedy } = cause instanceof DeviceError ? cause : {};
      throw new DeviceError(`the device of the backend ${lost.name} was lost, and no other is there: ${summary}`, {
        remedy,
        cause,
      });
    }
  }
}
