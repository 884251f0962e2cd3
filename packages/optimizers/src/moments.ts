import type { Tensor } from '@evenkeel/tensor';
import type { Slot } from './slot.ts';

/** `key = decay · key + (1 - decay) · value`, kept in the state; gives the new average. */
export function runningAverage(slot: Slot, key: string, decay: number, value: Tensor): Tensor {
  return slot.store(
    key,
    slot
      .tensor(key)
      .mul(decay)
      .add(value.mul(1 - decay)),
  );
}

/** The running average of the gradient's square. */
export function runningSquare(slot: Slot, key: string, decay: number, gradient: Tensor): Tensor {
  return runningAverage(slot, key, decay, gradient.mul(gradient));
}
