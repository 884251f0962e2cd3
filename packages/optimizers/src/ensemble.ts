import { ConfigError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';

/** What an ensemble needs of a model; `Module` of @evenkeel/nn-layers with one output has it. */
export interface EnsembleMember {
  call(...inputs: never[]): Tensor;
  eval(): unknown;
}

export interface EnsembleOptions {
  /** Applied to each model's output before the mean, such as `(logits) => logits.softmax(-1)` (default: nothing). */
  map?: (output: Tensor) => Tensor;
}

/**
 * Several models as one, whose output is the mean of theirs; the models may differ in all but their inputs and outputs.
 *
 * The models go into evaluation mode. The mean of logits and the mean of probabilities are different predictions: give
 * `map` for the latter. Hansen and Salamon 1990, Neural network ensembles; Lakshminarayanan et al. 2017.
 *
 * ```ts
 * const ensemble = new Ensemble([model, other]); // they multiply by 3 and by 5
 * console.log(await ensemble.call(tensor(10)).item()); // prints 40
 * ```
 *
 * @throws ConfigError for no models
 */
export class Ensemble<Model extends EnsembleMember> {
  readonly models: readonly Model[];
  readonly #map: (output: Tensor) => Tensor;

  constructor(models: Iterable<Model>, options: EnsembleOptions = {}) {
    this.models = [...models];
    this.#map = options.map ?? ((output) => output);
    if (this.models.length === 0) {
      throw new ConfigError('an ensemble of no models predicts nothing', {
        got: 'no models',
        expected: 'at least one',
      });
    }
    for (const model of this.models) model.eval();
  }

  /** The mean of the models' outputs for these inputs, shaped as each of them. */
  call(...inputs: Parameters<Model['call']>): Tensor {
    return scope(() => {
      const outputs = this.models.map((model) => this.#map(model.call(...(inputs as never[]))));
      return outputs.reduce((sum, output) => sum.add(output)).div(outputs.length);
    });
  }
}
