import { logicalAnd, where } from '@evenkeel/tensor';
import { globalNorm } from '../global-norm.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByAdam } from '../transforms/scale-by-adam.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type LAMBOptions = {
  /** Learning rate, 1e-3. */
  lr: number;
  /** [0.9, 0.999]. */
  betas: readonly [number, number];
  /** 1e-6. */
  eps: number;
  /** Decoupled, 0.01. */
  weightDecay: number;
  maximize: boolean;
};

const defaults: LAMBOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0.01, maximize: false };

/** Makes the update as long as the parameter: times `‖p‖ / ‖update‖`, or 1 where either is zero. */
export function scaleByTrustRatio(): Transform {
  return perParameter((update, { parameter }) => {
    const size = globalNorm([parameter], 2);
    const length = globalNorm([update], 2);
    return update.mul(where(logicalAnd(size.gt(0), length.gt(0)), size.div(length), 1));
  });
}

/**
 * LAMB (You et al. 2020), without the clipping of the norms. State as Adam's.
 *
 * ```ts
 * const optimizer = new LAMB([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.700
 * ```
 */
export class LAMB extends Optimizer<LAMBOptions> {
  constructor(parameters: Parameters<LAMBOptions>, options: Partial<LAMBOptions> = {}) {
    const transform = chain(scaleByAdam(), addDecayedWeights(), scaleByTrustRatio(), scaleByLearningRate());
    super(parameters, { name: 'LAMB', transform, defaults }, options);
  }
}
