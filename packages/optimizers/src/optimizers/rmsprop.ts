import { runningAverage, runningSquare } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';
import { trace } from '../transforms/trace.ts';

export type RMSpropOptions = {
  /** Learning rate, 1e-2. */
  lr: number;
  /** Decay rate of the average of squares, 0.99. */
  alpha: number;
  /** 1e-8. */
  eps: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  /** Of the scaled gradient, 0. */
  momentum: number;
  /** Divide by the estimated deviation instead of the root mean square. */
  centered: boolean;
  maximize: boolean;
};

const defaults: RMSpropOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/** `g / (√E[g²] + eps)`, or with `centered` `g / (√(E[g²] - E[g]²) + eps)`. State: `step`, `square_avg`, `grad_avg`. */
export function scaleByRms(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { alpha, eps, centered } = { ...defaults, ...slot.group };
      let square = runningSquare(slot, 'square_avg', () => alpha, gradient);
      if (centered) {
        const average = runningAverage(slot, 'grad_avg', () => alpha, gradient);
        square = square.sub(average.mul(average));
      }
      return gradient.div(square.sqrt().add(eps));
    },
    { usesStep: true },
  );
}

/**
 * RMSprop (Hinton's lecture 6e; centered: Graves 2013), as `torch.optim.RMSprop`.
 *
 * ```ts
 * const optimizer = new RMSprop([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.000
 * ```
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(parameters: Parameters<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    const transform = chain(addDecayedWeights(), scaleByRms(), trace(), scaleByLearningRate());
    super(parameters, { name: 'RMSprop', transform, defaults }, options);
  }
}
