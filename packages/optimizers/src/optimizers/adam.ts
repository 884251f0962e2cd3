import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByAdam } from '../transforms/scale-by-adam.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type AdamOptions = {
  /** Learning rate, 1e-3. */
  lr: number;
  /** Decay rates of the averages of the gradient and of its square, [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the root in the denominator, 1e-8. */
  eps: number;
  /** 0 for Adam (an L2 penalty on the gradient), 0.01 for AdamW (decoupled). */
  weightDecay: number;
  /** Divide by the largest average of squares so far (Reddi et al. 2018). */
  amsgrad: boolean;
  maximize: boolean;
};

const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/**
 * Adam (Kingma & Ba 2015), as `torch.optim.Adam`: `p -= lr · m̂ / (√v̂ + eps)`; weight decay is added to the gradient.
 *
 * State: `step`, `exp_avg`, `exp_avg_sq`, with amsgrad `max_exp_avg_sq`.
 *
 * ```ts
 * const optimizer = new Adam([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.900
 * ```
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(parameters: Parameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    const transform = chain(addDecayedWeights(), scaleByAdam(), scaleByLearningRate());
    super(parameters, { name: 'Adam', transform, defaults }, options);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019), as `torch.optim.AdamW`:
 * `p -= lr · (m̂ / (√v̂ + eps) + weightDecay · p)`.
 *
 * State as Adam's.
 *
 * ```ts
 * const optimizer = new AdamW([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.897
 * ```
 */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(parameters: Parameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    const transform = chain(scaleByAdam(), addDecayedWeights(), scaleByLearningRate());
    super(parameters, { name: 'AdamW', transform, defaults: { ...defaults, weightDecay: 0.01 } }, options);
  }
}
