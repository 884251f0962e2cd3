import { hostGuard, where } from '@evenkeel/tensor';
import { perParameter, type Transform } from '../transform.ts';

export interface TraceOptions {
  momentum?: number;
  dampening?: number;
  nesterov?: boolean;
}

/**
 * Momentum as PyTorch's SGD has it: `buffer = momentum · buffer + (1 - dampening) · g`, the first buffer being the
 * gradient itself. Gives the buffer, or `g + momentum · buffer` with `nesterov`. State: `momentum_buffer`.
 *
 * @param fixed what is left out comes from the parameter group
 */
export function trace(fixed: TraceOptions = {}): Transform {
  return perParameter((gradient, slot) => {
    const { dampening = 0, nesterov = false } = { ...slot.group, ...fixed };
    const rate = () => fixed.momentum ?? slot.group.momentum ?? 0;
    if (hostGuard(() => rate() === 0)) return gradient;
    const momentum = slot.live('momentum', rate);
    const added = dampening === 0 ? gradient : gradient.mul(1 - dampening);
    // The first one is the gradient also without a choice, where nothing is held back of it.
    const isFirst = dampening === 0 ? undefined : slot.device?.isFirst('momentum_buffer');
    const isBegun = slot.device !== undefined || hostGuard(() => slot.has('momentum_buffer'));
    let buffer = isBegun ? slot.tensor('momentum_buffer').mul(momentum).add(added) : gradient;
    if (isFirst) buffer = where(isFirst, gradient, buffer);
    slot.store('momentum_buffer', buffer);
    return nesterov ? gradient.add(buffer.mul(momentum)) : buffer;
  });
}
