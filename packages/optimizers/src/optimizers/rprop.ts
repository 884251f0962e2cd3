import { where } from '@evenkeel/tensor';
import { isNumbers } from '../hyperparameters.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { perParameter, type Transform } from '../transform.ts';

export type RpropOptions = {
  /** The first step of every element, 1e-2. Later changes of it have no effect. */
  lr: number;
  /** Factors on the step when the gradient's sign flips and when it stays, [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Smallest and largest step, [1e-6, 50]. */
  stepSizes: readonly [number, number];
  maximize: boolean;
};

const defaults: RpropOptions = { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false };

const rules = {
  etas: {
    holds: (value: unknown) => isNumbers(value, 2) && value[0]! > 0 && value[0]! < 1 && value[1]! > 1,
    expected: 'two numbers around 1: [shrink in (0, 1), grow > 1]',
  },
  stepSizes: {
    holds: (value: unknown) => isNumbers(value, 2) && value[0]! >= 0 && value[0]! <= value[1]!,
    expected: '[smallest, largest], both >= 0',
  },
};

/** Steps by the gradient's sign alone, each element at its own pace. State: `step`, `prev`, `step_size`. */
export function stepBySign(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { lr, etas, stepSizes } = { ...defaults, ...slot.group };
      const agreement = gradient.mul(slot.tensor('prev'));
      const flipped = agreement.lt(0);
      const factor = where(flipped, etas[0], where(agreement.gt(0), etas[1], 1));
      const grown = slot.tensor('step_size', lr).mul(factor).clamp({ min: stepSizes[0], max: stepSizes[1] });
      const kept = gradient.maskedFill(flipped, 0);
      slot.store('prev', kept);
      return kept.sign().mul(slot.store('step_size', grown)).neg();
    },
    { usesStep: true },
  );
}

/**
 * Resilient backpropagation (Riedmiller & Braun 1993), as `torch.optim.Rprop`. Meant for full batches.
 *
 * ```ts
 * const optimizer = new Rprop([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.900
 * ```
 */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(parameters: Parameters<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super(parameters, { name: 'Rprop', transform: stepBySign(), defaults, rules }, options);
  }
}
