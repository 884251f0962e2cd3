import { perParameter, type Transform } from '../transform.ts';

/**
 * Adds `weightDecay · parameter` to the update.
 *
 * At the head of a chain it is the L2 penalty of SGD and Adam; after the scaling it is AdamW's decoupled decay.
 *
 * @param weightDecay fixed rate; left out, the parameter group's
 */
export function addDecayedWeights(weightDecay?: number): Transform {
  return perParameter((update, { parameter, group }) => {
    const rate = weightDecay ?? group.weightDecay ?? 0;
    return rate === 0 ? update : update.add(parameter.mul(rate));
  });
}
