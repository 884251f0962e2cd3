import { runningAverage } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type LionOptions = {
  /** Learning rate, 1e-4: three to ten times smaller than AdamW's. */
  lr: number;
  /** Weights of the step and of the memory, [0.9, 0.99]. */
  betas: readonly [number, number];
  /** Decoupled, 0. */
  weightDecay: number;
  maximize: boolean;
};

const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false };

/** `sign(beta1 · m + (1 - beta1) · g)`, then `m = beta2 · m + (1 - beta2) · g`. State: `exp_avg`. */
export function scaleByLion(): Transform {
  return perParameter((gradient, slot) => {
    const betas = () => (slot.group.betas as LionOptions['betas']) ?? defaults.betas;
    const direction = slot
      .tensor('exp_avg')
      .mul(slot.live('lion kept', () => betas()[0]))
      .add(gradient.mul(slot.live('lion added', () => 1 - betas()[0])))
      .sign();
    runningAverage(slot, 'exp_avg', () => betas()[1], gradient);
    return direction;
  });
}

/**
 * Lion (Chen et al. 2023): `p -= lr · (sign(…) + weightDecay · p)`.
 *
 * ```ts
 * const optimizer = new Lion([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.900
 * ```
 */
export class Lion extends Optimizer<LionOptions> {
  constructor(parameters: Parameters<LionOptions>, options: Partial<LionOptions> = {}) {
    const transform = chain(scaleByLion(), addDecayedWeights(), scaleByLearningRate());
    super(parameters, { name: 'Lion', transform, defaults }, options);
  }
}
