import { isNumber } from '../hyperparameters.ts';
import { runningAverage, runningSquare } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type AdadeltaOptions = {
  /** Factor on the step, 1. */
  lr: number;
  /** Decay rate of both averages, 0.9. */
  rho: number;
  /** 1e-6. */
  eps: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  maximize: boolean;
};

const defaults: AdadeltaOptions = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false };

const rules = {
  rho: {
    holds: (value: unknown) => isNumber(value) && value >= 0 && value <= 1,
    expected: 'a number in [0, 1]',
  },
};

/** `√(E[Δ²] + eps) / √(E[g²] + eps) · g`. State: `step`, `square_avg`, `acc_delta`. */
export function scaleByAdadelta(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { rho, eps } = { ...defaults, ...slot.group };
      const square = runningSquare(slot, 'square_avg', () => rho, gradient);
      const delta = slot.tensor('acc_delta').add(eps).div(square.add(eps)).sqrt().mul(gradient);
      runningAverage(slot, 'acc_delta', () => rho, delta.mul(delta));
      return delta;
    },
    { usesStep: true },
  );
}

/**
 * Adadelta (Zeiler 2012), as `torch.optim.Adadelta`.
 *
 * ```ts
 * const optimizer = new Adadelta([weight], { lr: 1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.997
 * ```
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(parameters: Parameters<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    const transform = chain(addDecayedWeights(), scaleByAdadelta(), scaleByLearningRate());
    super(parameters, { name: 'Adadelta', transform, defaults, rules }, options);
  }
}
