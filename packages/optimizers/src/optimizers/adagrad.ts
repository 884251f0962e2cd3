import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type AdagradOptions = {
  /** Learning rate, 1e-2. */
  lr: number;
  /** The rate falls as `lr / (1 + (step - 1) · lrDecay)`, 0. */
  lrDecay: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  /** What the sum of squares starts with, 0. */
  initialAccumulatorValue: number;
  /** 1e-10. */
  eps: number;
  maximize: boolean;
};

const defaults: AdagradOptions = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
};

/** `g / (√Σg² + eps)`, slowed down by `lrDecay`. State: `step`, `sum`. */
export function scaleByAdagrad(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { eps, lrDecay, initialAccumulatorValue } = { ...defaults, ...slot.group };
      const sum = slot.store('sum', slot.tensor('sum', initialAccumulatorValue).add(gradient.mul(gradient)));
      const scaled = gradient.div(sum.sqrt().add(eps));
      if (lrDecay === 0) return scaled;
      if (slot.device) return scaled.div(slot.device.step.sub(1).mul(lrDecay).add(1));
      return scaled.mul(slot.live('adagrad decay', () => 1 / (1 + (slot.step - 1) * lrDecay)));
    },
    { usesStep: true },
  );
}

/**
 * Adagrad (Duchi et al. 2011), as `torch.optim.Adagrad`.
 *
 * ```ts
 * const optimizer = new Adagrad([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.900
 * ```
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(parameters: Parameters<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    const transform = chain(addDecayedWeights(), scaleByAdagrad(), scaleByLearningRate());
    super(parameters, { name: 'Adagrad', transform, defaults }, options);
  }
}
