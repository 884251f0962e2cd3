import { hostGuard } from '@evenkeel/tensor';
import { perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from './add-decayed-weights.ts';

/**
 * Adds the gradient of the L1 penalty `strength · Σ|p|` to the update: `strength · sign(p)`, 0 at 0.
 *
 * Put it at the head of a chain, where the updates still are gradients. It drives weights that do little to about zero.
 *
 * @param strength left out, the parameter group's `weightDecay`, so that groups without decay are spared
 */
export function addL1Penalty(strength?: number): Transform {
  return perParameter((update, slot) => {
    const rate = () => strength ?? slot.group.weightDecay ?? 0;
    const isNone = hostGuard(() => rate() === 0);
    return isNone ? update : update.add(slot.parameter.sign().mul(slot.live('absolute decay', rate)));
  });
}

/**
 * Adds the gradient of the L2 penalty `strength / 2 · Σp²` to the update: `strength · p`.
 *
 * At the head of a chain, as SGD's and Adam's `weightDecay`; `addDecayedWeights` is the same sum at any place.
 *
 * @param strength left out, the parameter group's `weightDecay`
 */
export function addL2Penalty(strength?: number): Transform {
  return addDecayedWeights(strength);
}
