import { sub, where } from '@evenkeel/tensor';
import { runningAverage, runningSquare } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { decayCoupledOrNot } from '../transforms/decay-coupled-or-not.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type RAdamOptions = {
  /** Learning rate, 1e-3. */
  lr: number;
  /** [0.9, 0.999]. */
  betas: readonly [number, number];
  /** 1e-8. */
  eps: number;
  /** L2 penalty, or with `decoupledWeightDecay` AdamW's; 0. */
  weightDecay: number;
  decoupledWeightDecay: boolean;
  maximize: boolean;
};

const defaults: RAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
};

/** Adam's scaling where its variance can be estimated, plain momentum before. State: `step`, `exp_avg`, `exp_avg_sq`. */
export function scaleByRadam(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { eps } = { ...defaults, ...slot.group };
      const betas = () => (slot.group.betas as RAdamOptions['betas']) ?? defaults.betas;
      const average = runningAverage(slot, 'exp_avg', () => betas()[0], gradient);
      const square = runningSquare(slot, 'exp_avg_sq', () => betas()[1], gradient);
      const { device } = slot;
      if (device) {
        const left = device.left(() => betas()[1]);
        const most = slot.live('radam most', () => 2 / (1 - betas()[1]) - 1);
        const length = sub(most, device.step.mul(2).mul(sub(1, left)).div(left));
        // Where the variance is not known a root may be of a negative number; it is not what is chosen.
        const rectified = length
          .sub(4)
          .mul(length.sub(2))
          .mul(most)
          .div(length.mul(sub(most, 4)).mul(sub(most, 2)));
        const scaled = rectified.mul(left).sqrt().div(square.sqrt().add(eps));
        return average.div(device.left(() => betas()[0])).mul(where(length.gt(5), scaled, 1));
      }
      const correction = () => 1 / (1 - betas()[0] ** slot.step);
      const left = () => 1 - betas()[1] ** slot.step;
      const longest = () => 2 / (1 - betas()[1]) - 1;
      const length = () => longest() - (2 * slot.step * betas()[1] ** slot.step) / left();
      const isKnown = () => length() > 5;
      const rectification = () => {
        const [most, now] = [longest(), length()];
        return Math.sqrt(((now - 4) * (now - 2) * most) / ((most - 4) * (most - 2) * now));
      };
      const rectified = () => correction() * rectification() * Math.sqrt(left());
      const scale = slot.live('radam scale', () => (isKnown() ? rectified() : correction()));
      // Numbers decide and not a branch, so that a compiled step need not be another one: times 1 plus 0, or times 0 plus 1.
      const known = slot.live('radam known', () => (isKnown() ? 1 : 0));
      const unknown = slot.live('radam unknown', () => (isKnown() ? 0 : 1));
      return average.mul(scale).div(square.sqrt().add(eps).mul(known).add(unknown));
    },
    { usesStep: true },
  );
}

/**
 * Rectified Adam (Liu et al. 2020), as `torch.optim.RAdam`.
 *
 * ```ts
 * const optimizer = new RAdam([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.400
 * ```
 */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(parameters: Parameters<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    const transform = chain(decayCoupledOrNot(scaleByRadam()), scaleByLearningRate());
    super(parameters, { name: 'RAdam', transform, defaults }, options);
  }
}
