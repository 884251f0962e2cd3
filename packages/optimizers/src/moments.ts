import type { Tensor } from '@evenkeel/tensor';
import type { Slot } from './slot.ts';

/** `key = decay · key + (1 - decay) · value`, kept in the state; gives the new average. */
export function runningAverage(slot: Slot, key: string, decay: () => number, value: Tensor): Tensor {
  const kept = slot.live(`${key} kept`, decay);
  const added = slot.live(`${key} added`, () => 1 - decay());
  return slot.store(key, slot.tensor(key).mul(kept).add(value.mul(added)));
}

/** The running average of the gradient's square. */
export function runningSquare(slot: Slot, key: string, decay: () => number, gradient: Tensor): Tensor {
  return runningAverage(slot, key, decay, gradient.mul(gradient));
}
