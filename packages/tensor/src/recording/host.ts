/** How code that runs once and is replayed often says what happens on the host at every call. */
import type { DType } from '@evenkeel/backend';
import { getDefaultDtype } from '../creation.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { activeRecorder, recordWith } from './active.ts';

/**
 * A number of the host that may be another one at the next call: a learning rate, a step count. In a compiled function it is
 * asked for again at every call; everywhere else this is just `produce()`.
 *
 * @param produce gives the number; must not compute with tensors
 * @param dtype what it meets as: the dtype of the tensors that it is combined with. Default: the default float
 *
 * @example
 * update.mul(liveNumber(() => -group.lr, update.dtype));
 */
export function liveNumber(produce: () => number, dtype: DType = getDefaultDtype()): TensorLike {
  return activeRecorder()?.number(produce, dtype) ?? produce();
}

/** Does something on the host now and, in a compiled function, again at every call: counting a step, for example. */
export function hostEffect(effect: () => void): void {
  activeRecorder()?.effect(effect);
  effect();
}

/**
 * Makes a tensor that outlives the call of a compiled function, such as state that begins with the first step: made now, not as part of
 * the recording, and kept.
 */
export function persistent(make: () => Tensor): Tensor {
  return recordWith(undefined, make).keep();
}

/**
 * Gives what `read` gives; a compiled function reads it again at every call and is recorded anew where it has changed. For what
 * decides which operations run: a flag, a count of layers.
 *
 * @param of whose it is, for those who print what was recorded
 */
export function hostGuard<Value>(read: () => Value, of?: object): Value {
  const value = read();
  activeRecorder()?.guard(read, value, of);
  return value;
}
