import { hostGuard } from '@evenkeel/tensor';
import { perParameter, type Transform } from '../transform.ts';

/**
 * Adds `weightDecay · parameter` to the update.
 *
 * At the head of a chain it is the L2 penalty of SGD and Adam; after the scaling it is AdamW's decoupled decay.
 *
 * @param weightDecay fixed rate; left out, the parameter group's
 */
export function addDecayedWeights(weightDecay?: number): Transform {
  return perParameter((update, slot) => {
    const rate = () => weightDecay ?? slot.group.weightDecay ?? 0;
    const isNone = hostGuard(() => rate() === 0);
    return isNone ? update : update.add(slot.parameter.mul(slot.live('weight decay', rate)));
  });
}
