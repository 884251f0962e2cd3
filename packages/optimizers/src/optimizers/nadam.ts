import { runningAverage, runningSquare } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { decayCoupledOrNot } from '../transforms/decay-coupled-or-not.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type NAdamOptions = {
  /** Learning rate, 2e-3. */
  lr: number;
  /** [0.9, 0.999]. */
  betas: readonly [number, number];
  /** 1e-8. */
  eps: number;
  /** L2 penalty, or with `decoupledWeightDecay` AdamW's; 0. */
  weightDecay: number;
  decoupledWeightDecay: boolean;
  /** How fast the momentum rises to beta1, 4e-3. */
  momentumDecay: number;
  /** Correct the look-ahead by one momentum factor too many, as PyTorch did before 2.0. */
  beforeTorch2: boolean;
  maximize: boolean;
};

const defaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  momentumDecay: 4e-3,
  beforeTorch2: false,
  maximize: false,
};

/** Adam's scaling with Nesterov momentum. State: `step`, `mu_product`, `exp_avg`, `exp_avg_sq`. */
export function scaleByNadam(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { betas, eps, momentumDecay, beforeTorch2 } = { ...defaults, ...slot.group };
      const { step } = slot;
      const momentumAt = (at: number): number => betas[0] * (1 - 0.5 * 0.96 ** (at * momentumDecay));
      const mu = momentumAt(step);
      const next = momentumAt(step + 1);
      const product = slot.store('mu_product', slot.number('mu_product', 1) * mu);
      const productAhead = product * next * (beforeTorch2 ? mu : 1);
      const average = runningAverage(slot, 'exp_avg', betas[0], gradient);
      const square = runningSquare(slot, 'exp_avg_sq', betas[1], gradient);
      const root = Math.sqrt(1 - betas[1] ** step);
      const lookingAhead = gradient
        .mul((root * (1 - mu)) / (1 - product))
        .add(average.mul((root * next) / (1 - productAhead)));
      return lookingAhead.div(square.sqrt().add(eps * root));
    },
    { usesStep: true },
  );
}

/**
 * Adam with Nesterov momentum (Dozat 2016), as `torch.optim.NAdam`.
 *
 * ```ts
 * const optimizer = new NAdam([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.894
 * ```
 */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(parameters: Parameters<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    const transform = chain(decayCoupledOrNot(scaleByNadam()), scaleByLearningRate());
    super(parameters, { name: 'NAdam', transform, defaults }, options);
  }
}
