import { ConfigError } from '@evenkeel/errors';
import { isNumber } from '../hyperparameters.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';
import { trace } from '../transforms/trace.ts';

export type SGDOptions = {
  /** Learning rate, 1e-3. */
  lr: number;
  /** 0. */
  momentum: number;
  /** Share of the gradient that momentum holds back, 0. */
  dampening: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  /** Look ahead along the momentum; needs momentum and no dampening. */
  nesterov: boolean;
  maximize: boolean;
};

/**
 * Stochastic gradient descent with momentum, as `torch.optim.SGD`:
 * `g += weightDecay · p; buffer = momentum · buffer + (1 - dampening) · g; p -= lr · buffer`.
 *
 * State: `momentum_buffer`. Sutskever et al. 2013.
 *
 * ```ts
 * const optimizer = new SGD([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.400
 * ```
 *
 * @throws ConfigError for `nesterov` without momentum or with dampening, and as `Optimizer` does
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(parameters: Parameters<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super(
      parameters,
      {
        name: 'SGD',
        transform: chain(addDecayedWeights(), trace(), scaleByLearningRate()),
        defaults: { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
        rules: { dampening: { holds: isNumber, expected: 'a finite number' } },
      },
      options,
    );
    for (const { nesterov, momentum, dampening } of this.paramGroups) {
      if (!nesterov || (momentum > 0 && dampening === 0)) continue;
      throw new ConfigError('nesterov needs momentum and no dampening', {
        doing: 'building SGD',
        got: `momentum = ${momentum}, dampening = ${dampening}`,
        expected: 'momentum > 0 and dampening = 0',
      });
    }
  }
}
