import { ConfigError } from '@evenkeel/errors';
import { hostEffect, hostGuard, liveNumber, noGrad, scope, type Tensor, type TensorLike } from '@evenkeel/tensor';

/** What an averaged model needs of a model; `Module` of @evenkeel/nn-layers has it. */
export interface AveragedModule {
  parameters(): Tensor[];
  buffers(): Tensor[];
  stateDict(): Map<string, Tensor>;
  loadStateDict(stateDict: ReadonlyMap<string, Tensor>): unknown;
  requiresGrad_(requiresGrad: boolean): unknown;
  call(...inputs: never[]): unknown;
  clone(): this;
}

/** An averaged model as a checkpoint holds it. */
export interface AveragedModelStateDict {
  n_averaged: number;
  module: Map<string, Tensor>;
}

/**
 * The next average from the last one, the model's value and how many updates went in before. A compiled function reads that number
 * once: for one that changes use `liveNumber(() => …)`.
 */
export type AverageFunction = (average: Tensor, value: Tensor, numAveraged: number) => Tensor;

export interface AveragedModelOptions {
  /** Left out, the plain mean: `average + (value - average) / (numAveraged + 1)`. */
  avgFn?: AverageFunction;
  /** Average buffers too instead of copying them (default false). */
  useBuffers?: boolean;
}

/**
 * A copy of a model whose parameters are an average of the model's over training; `torch.optim.swa_utils.AveragedModel`
 * (stochastic weight averaging, Izmailov et al. 2018).
 *
 * The first `updateParameters` copies, later ones average. Buffers are copied each time, unless `useBuffers` averages
 * them; running statistics do not fit averaged weights, so call `updateBatchNorm` before evaluating.
 *
 * ```ts
 * const averaged = new AveragedModel(model); // the model multiplies by its weight
 * for (const value of [1, 2, 6]) {
 *   model.weight.assign([value]);
 *   averaged.updateParameters(model);
 * }
 * console.log(await averaged.call(tensor(10)).item()); // prints 30
 * ```
 */
export class AveragedModel<Model extends AveragedModule> {
  /** The averaged copy. It does not train: its parameters require no gradient. */
  readonly module: Model;
  /** How many updates went in. */
  numAveraged = 0;
  readonly #average: AverageFunction;
  readonly #useBuffers: boolean;

  constructor(model: Model, options: AveragedModelOptions = {}) {
    this.module = model.clone();
    this.module.requiresGrad_(false);
    this.#average = options.avgFn ?? ((average, value) => average.add(value.sub(average).mul(this.#share(average))));
    this.#useBuffers = options.useBuffers ?? false;
  }

  /** Takes the model as it stands now into the average. */
  updateParameters(model: Model): void {
    const averaged = this.#useBuffers ? contents(this.module) : this.module.parameters();
    const values = this.#useBuffers ? contents(model) : model.parameters();
    noGrad(() => {
      for (const [index, average] of averaged.entries()) {
        scope(() => void average.assign(this.#next(average, values[index]!.detach())));
      }
      if (this.#useBuffers) return;
      const buffers = model.buffers();
      for (const [index, copy] of this.module.buffers().entries()) copy.assign(buffers[index]!);
    });
    hostEffect(() => {
      this.numAveraged++;
    });
  }

  /** Runs the averaged model. */
  call(...inputs: Parameters<Model['call']>): ReturnType<Model['call']> {
    return this.module.call(...(inputs as never[])) as ReturnType<Model['call']>;
  }

  /** The averaged model's own state dict and the count; PyTorch has them in one, the names behind `module.`. */
  stateDict(): AveragedModelStateDict {
    return { n_averaged: this.numAveraged, module: this.module.stateDict() };
  }

  /** @throws StateDictError as the model's own `loadStateDict` */
  loadStateDict({ n_averaged, module }: AveragedModelStateDict): void {
    this.module.loadStateDict(module);
    this.numAveraged = n_averaged;
  }

  /** The weight of the next value in the mean; a counter of batches is an integer, its mean is not. */
  #share({ dtype }: Tensor): TensorLike {
    return liveNumber(() => 1 / (this.numAveraged + 1), dtype === 'float64' ? dtype : 'float32');
  }

  #next(average: Tensor, value: Tensor): Tensor {
    if (hostGuard(() => this.numAveraged === 0)) return value;
    // A counter of batches is an integer; its average is taken in the averaging function's own dtype.
    const next = this.#average(average, value, this.numAveraged);
    return next.dtype === average.dtype ? next : next.to(average.dtype);
  }
}

/**
 * The averaging function of an exponential moving average: `decay · average + (1 - decay) · value`;
 * `torch.optim.swa_utils.get_ema_avg_fn`.
 *
 * @throws ConfigError unless decay is in [0, 1]
 */
export function getEmaAvgFn(decay = 0.999): AverageFunction {
  if (!(decay >= 0 && decay <= 1)) {
    throw new ConfigError('decay is out of range', { got: `decay = ${decay}`, expected: 'a number in [0, 1]' });
  }
  return (average, value) => average.mul(decay).add(value.mul(1 - decay));
}

function contents(model: AveragedModule): Tensor[] {
  return [...model.parameters(), ...model.buffers()];
}
