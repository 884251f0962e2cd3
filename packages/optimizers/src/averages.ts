import { ConfigError, StateDictError } from '@evenkeel/errors';
import { hostEffect, liveNumber, noGrad, scope, type Tensor } from '@evenkeel/tensor';

/** An average over the course of training, as a checkpoint holds it. */
export interface AverageStateDict {
  n_averaged: number;
  averages: Tensor[];
}

/**
 * Averages of parameters over the course of training. `update()` after each step that shall count; `swap()` puts the
 * averages into the model for an evaluation, and called again takes them out.
 */
abstract class ParameterAverage {
  /** The averages, in the order of the parameters. */
  readonly averages: readonly Tensor[];
  /** How many updates went in. */
  count = 0;
  readonly #parameters: readonly Tensor[];

  constructor(parameters: Iterable<Tensor>) {
    this.#parameters = [...parameters];
    this.averages = this.#parameters.map((parameter) => noGrad(() => parameter.detach().clone()).keep());
  }

  /** Takes the parameters as they stand now into the averages. */
  update(): void {
    noGrad(() => {
      for (const [index, parameter] of this.#parameters.entries()) {
        const average = this.averages[index]!;
        scope(() => void average.assign(this.combine(average, parameter)));
      }
    });
    hostEffect(() => {
      this.count++;
    });
  }

  /** The next average from the last one and the parameter; `count` updates went in before, so 0 means the first. */
  protected abstract combine(average: Tensor, parameter: Tensor): Tensor;

  /** Exchanges the contents of parameters and averages. */
  swap(): void {
    noGrad(() => {
      for (const [index, parameter] of this.#parameters.entries()) {
        const average = this.averages[index]!;
        const before = parameter.detach().clone();
        parameter.assign(average);
        average.assign(before);
      }
    });
  }

  stateDict(): AverageStateDict {
    return { n_averaged: this.count, averages: [...this.averages] };
  }

  /** @throws StateDictError when the number of averages is another */
  loadStateDict({ n_averaged, averages }: AverageStateDict): void {
    if (averages.length !== this.averages.length) {
      throw new StateDictError('the averages are those of another model', {
        got: `${averages.length} tensors`,
        expected: `${this.averages.length}`,
      });
    }
    for (const [index, average] of averages.entries()) this.averages[index]!.assign(average);
    this.count = n_averaged;
  }
}

/**
 * Exponential moving average: starts as the parameters are, then `average = decay · average + (1 - decay) · parameter`.
 *
 * ```ts
 * const average = new ExponentialMovingAverage([weight], { decay: 0.5 }); // weight is 3
 * weight.assign(tensor(1));
 * average.update();
 * average.swap();
 * console.log(await weight.item()); // prints 2
 * ```
 *
 * @throws ConfigError unless decay is in [0, 1]
 */
export class ExponentialMovingAverage extends ParameterAverage {
  readonly decay: number;

  constructor(parameters: Iterable<Tensor>, options: { decay?: number } = {}) {
    super(parameters);
    this.decay = options.decay ?? 0.999;
    if (!(this.decay >= 0 && this.decay <= 1)) {
      throw new ConfigError('decay is out of range', { got: `decay = ${this.decay}`, expected: 'a number in [0, 1]' });
    }
  }

  protected override combine(average: Tensor, parameter: Tensor): Tensor {
    return average.mul(this.decay).add(parameter.mul(1 - this.decay));
  }
}

/**
 * The plain mean of all updates (stochastic weight averaging, Izmailov et al. 2018), as `torch.optim.swa_utils`'s
 * `AveragedModel`.
 *
 * ```ts
 * const average = new AveragedParameters([weight]);
 * for (const value of [1, 2, 6]) {
 *   weight.assign(tensor(value));
 *   average.update();
 * }
 * console.log(await average.averages[0].item()); // prints 3
 * ```
 */
export class AveragedParameters extends ParameterAverage {
  protected override combine(average: Tensor, parameter: Tensor): Tensor {
    return average.add(parameter.sub(average).mul(liveNumber(() => 1 / (this.count + 1), average.dtype)));
  }
}
