import { sub, type Tensor } from '@evenkeel/tensor';
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
      const { eps, momentumDecay, beforeTorch2 } = { ...defaults, ...slot.group };
      const betas = () => (slot.group.betas as NAdamOptions['betas']) ?? defaults.betas;
      const momentumAt = (step: number): number => betas()[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));
      const mu = () => momentumAt(slot.step);
      const next = () => momentumAt(slot.step + 1);
      const product = () => slot.number('mu_product', 1);
      const productAhead = () => product() * next() * (beforeTorch2 ? mu() : 1);
      const average = runningAverage(slot, 'exp_avg', () => betas()[0], gradient);
      const square = runningSquare(slot, 'exp_avg_sq', () => betas()[1], gradient);
      const { device } = slot;
      if (device) {
        const beta1 = slot.live('nadam beta', () => betas()[0]);
        const onDevice = (step: Tensor) =>
          step
            .mul(momentumDecay * Math.log(0.96))
            .exp()
            .mul(-0.5)
            .add(1)
            .mul(beta1);
        const [now, ahead] = [onDevice(device.step), onDevice(device.step.add(1))];
        const product = device.advance('mu_product', 1, (before) => before.mul(now));
        const productAhead = product.mul(ahead).mul(beforeTorch2 ? now : 1);
        const fresh = gradient.mul(sub(1, now).div(sub(1, product)));
        const lookingAhead = fresh.add(average.mul(ahead.div(sub(1, productAhead))));
        return lookingAhead.div(
          square
            .div(device.left(() => betas()[1]))
            .sqrt()
            .add(eps),
        );
      }
      slot.advance('mu_product', 1, (product) => product * mu());
      const root = () => Math.sqrt(1 - betas()[1] ** slot.step);
      const now = slot.live('nadam now', () => (root() * (1 - mu())) / (1 - product()));
      const ahead = slot.live('nadam ahead', () => (root() * next()) / (1 - productAhead()));
      const lookingAhead = gradient.mul(now).add(average.mul(ahead));
      return lookingAhead.div(square.sqrt().add(slot.live('nadam eps', () => eps * root())));
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
