import { maximum } from '@evenkeel/tensor';
import { runningAverage, runningSquare } from '../moments.ts';
import { perParameter, type Transform } from '../transform.ts';

export interface AdamOptions {
  betas?: readonly [number, number];
  eps?: number;
  amsgrad?: boolean;
}

/**
 * `m̂ / (√v̂ + eps)` with `m` and `v` the running averages of the gradient and of its square, both corrected for
 * their start at zero (Kingma & Ba 2015). With `amsgrad`, `v` is the largest so far (Reddi et al. 2018).
 * State: `step`, `exp_avg`, `exp_avg_sq`, `max_exp_avg_sq`.
 *
 * @param fixed what is left out comes from the parameter group, then PyTorch's defaults
 */
export function scaleByAdam(fixed: AdamOptions = {}): Transform {
  return perParameter(
    (gradient, slot) => {
      const { eps = 1e-8, amsgrad = false } = { ...slot.group, ...fixed };
      const betas = () => fixed.betas ?? (slot.group.betas as AdamOptions['betas']) ?? [0.9, 0.999];
      const beta1 = () => betas()[0];
      const beta2 = () => betas()[1];
      const average = runningAverage(slot, 'exp_avg', beta1, gradient);
      let square = runningSquare(slot, 'exp_avg_sq', beta2, gradient);
      if (amsgrad) square = slot.store('max_exp_avg_sq', maximum(slot.tensor('max_exp_avg_sq'), square));
      const left = slot.device?.left;
      if (left) return average.div(left(beta1)).div(square.div(left(beta2)).sqrt().add(eps));
      // (m / c1) / (√(v / c2) + eps), with the corrections gathered into host numbers: two kernels fewer.
      const root = () => Math.sqrt(1 - beta2() ** slot.step);
      const scale = slot.live('adam scale', () => root() / (1 - beta1() ** slot.step));
      return average.mul(scale).div(square.sqrt().add(slot.live('adam eps', () => eps * root())));
    },
    { usesStep: true },
  );
}
