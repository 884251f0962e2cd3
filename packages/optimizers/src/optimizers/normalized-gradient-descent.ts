import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain } from '../transform.ts';
import { normalizeByGlobalNorm } from '../transforms/normalize-by-global-norm.ts';
import { addL2Penalty } from '../transforms/penalties.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';
import { trace } from '../transforms/trace.ts';

export type NormalizedGradientDescentOptions = {
  /** The length of every step, 1e-3. */
  lr: number;
  /** 0. */
  momentum: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  maximize: boolean;
};

/**
 * Descent along the direction of the gradient alone: `g += weightDecay · p; buffer = momentum · buffer + g;
 * p -= lr · buffer / ‖buffer‖`, with the norm over all parameters together (Hazan, Levy and Shalev-Shwartz 2015; the
 * momentum inside the norm: Cutkosky and Mehta 2020).
 *
 * Every step is `lr` long, so exploding and vanishing gradients do not matter, and only a falling rate lets it settle.
 * It is not Adagrad, which divides each element by the root of its own summed squares. PyTorch has no such optimizer.
 * State: `momentum_buffer`.
 *
 * ```ts
 * const optimizer = new NormalizedGradientDescent([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.900
 * ```
 */
export class NormalizedGradientDescent extends Optimizer<NormalizedGradientDescentOptions> {
  constructor(
    parameters: Parameters<NormalizedGradientDescentOptions>,
    options: Partial<NormalizedGradientDescentOptions> = {},
  ) {
    super(
      parameters,
      {
        name: 'NormalizedGradientDescent',
        transform: chain(addL2Penalty(), trace(), normalizeByGlobalNorm(), scaleByLearningRate()),
        defaults: { lr: 1e-3, momentum: 0, weightDecay: 0, maximize: false },
      },
      options,
    );
  }
}
