import { maximum } from '@evenkeel/tensor';
import { runningAverage } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type AdamaxOptions = {
  /** Learning rate, 2e-3. */
  lr: number;
  /** [0.9, 0.999]. */
  betas: readonly [number, number];
  /** 1e-8. */
  eps: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  maximize: boolean;
};

const defaults: AdamaxOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false };

/** `m̂ / u` with `u = max(beta2 · u, |g| + eps)`. State: `step`, `exp_avg`, `exp_inf`. */
export function scaleByAdamax(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { eps } = { ...defaults, ...slot.group };
      const betas = () => (slot.group.betas as AdamaxOptions['betas']) ?? defaults.betas;
      const average = runningAverage(slot, 'exp_avg', () => betas()[0], gradient);
      const decayed = slot.tensor('exp_inf').mul(slot.live('exp_inf kept', () => betas()[1]));
      const largest = slot.store('exp_inf', maximum(decayed, gradient.abs().add(eps)));
      if (slot.device) return average.div(slot.device.left(() => betas()[0])).div(largest);
      return average.mul(slot.live('adamax scale', () => 1 / (1 - betas()[0] ** slot.step))).div(largest);
    },
    { usesStep: true },
  );
}

/**
 * Adam by the infinity norm (Kingma & Ba 2015, section 7.1), as `torch.optim.Adamax`.
 *
 * ```ts
 * const optimizer = new Adamax([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.900
 * ```
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(parameters: Parameters<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    const transform = chain(addDecayedWeights(), scaleByAdamax(), scaleByLearningRate());
    super(parameters, { name: 'Adamax', transform, defaults }, options);
  }
}
