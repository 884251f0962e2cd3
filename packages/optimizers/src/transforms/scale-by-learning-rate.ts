import { perParameter, type Transform } from '../transform.ts';

/**
 * Multiplies the update with minus the learning rate: the last link of nearly every chain.
 *
 * @param lr fixed rate; left out, the parameter group's, which a schedule may change between steps
 */
export function scaleByLearningRate(lr?: number): Transform {
  return perParameter((update, slot) => update.mul(slot.live('rate', () => -(lr ?? slot.group.lr ?? 1))));
}
