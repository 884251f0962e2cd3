import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from './add-decayed-weights.ts';

/**
 * Puts weight decay on one side of `inner`: before it (an L2 penalty), or after it where the parameter group says
 * `decoupledWeightDecay`.
 */
export function decayCoupledOrNot(inner: Transform): Transform {
  const decay = addDecayedWeights().update!;
  const coupled = perParameter((update, slot) => (slot.group.decoupledWeightDecay ? update : decay(update, slot)));
  const decoupled = perParameter((update, slot) => (slot.group.decoupledWeightDecay ? decay(update, slot) : update));
  return chain(coupled, inner, decoupled);
}
