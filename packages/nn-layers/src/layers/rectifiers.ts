import { full, Parameter, type Tensor } from '@evenkeel/tensor';
import { celu, elu, leakyRelu, prelu, type RReLUOptions, rrelu, selu } from '../functional/rectifiers.ts';
import { constant_ } from '../init/constant.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

/**
 * max(x, 0) of each element, of any shape; gradient 0 at 0; `torch.nn.ReLU`. Nair and Hinton 2010, Rectified linear units
 * improve restricted Boltzmann machines.
 *
 * ```ts
 * console.log(await new ReLU().call(tensor([-3, 0, 2])).tolist()); // prints [ 0, 0, 2 ]
 * ```
 */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return input.relu();
  }
}

/**
 * x for x > 0, else negativeSlope · x (default 0.01), for each element of any shape; `torch.nn.LeakyReLU`. Maas, Hannun and
 * Ng 2013, Rectifier nonlinearities improve neural network acoustic models.
 *
 * ```ts
 * const leaky = new LeakyReLU({ negativeSlope: 0.25 });
 * console.log(await leaky.call(tensor([-4, 0, 2])).tolist()); // prints [ -1, 0, 2 ]
 * ```
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(options: { negativeSlope?: number } = {}) {
    super();
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  override forward(input: Tensor): Tensor {
    return leakyRelu(input, { negativeSlope: this.negativeSlope });
  }
}

/**
 * Leaky relu with learned slopes, `weight [numParameters]`, all starting at `init`; any shape is kept; `torch.nn.PReLU`.
 * He et al. 2015, Delving deep into rectifiers.
 *
 * ```ts
 * const prelu = new PReLU();
 * const output = prelu.call(tensor([-4, 2]));
 * output.sum().backward();
 * console.log(await output.tolist(), await prelu.weight.grad?.tolist()); // prints [ -1, 2 ] [ -4 ]
 * ```
 *
 * @param options.numParameters 1 (default), or the number of channels in the input's dimension 1
 * @param options.init default 0.25
 * @throws ConfigError for a number of parameters that is not positive
 * @throws ShapeError at the call when there are several slopes and not as many channels
 */
export class PReLU extends Module {
  readonly numParameters: number;
  readonly init: number;
  weight: Parameter;

  constructor(options: { numParameters?: number; init?: number } = {}) {
    super();
    this.numParameters = options.numParameters ?? 1;
    this.init = options.init ?? 0.25;
    checkSizes('PReLU', { numParameters: this.numParameters });
    this.weight = new Parameter(full([this.numParameters], this.init));
  }

  /** Sets every slope to `init`. */
  resetParameters(): void {
    constant_(this.weight, this.init);
  }

  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }
}

/**
 * x for x > 0, else slope · x, for each element of any shape, the slope drawn from U(lower, upper) in training (default 1/8
 * and 1/3) and their mean in evaluation; `torch.nn.RReLU`. Draws from the default generator. Xu et al. 2015, Empirical
 * evaluation of rectified activations in convolutional network.
 *
 * ```ts
 * const randomized = new RReLU({ lower: 0.25, upper: 0.75 }).eval();
 * console.log(await randomized.call(tensor([-2, 2])).tolist()); // prints [ -1, 2 ]
 * ```
 *
 * @throws ConfigError at the call when `lower` is over `upper`
 */
export class RReLU extends Module {
  private readonly range: Omit<RReLUOptions, 'training'>;

  constructor(options: Omit<RReLUOptions, 'training'> = {}) {
    super();
    this.range = options;
  }

  override forward(input: Tensor): Tensor {
    return rrelu(input, { ...this.range, training: this.training });
  }
}

/**
 * x for x > 0, else alpha · (eˣ − 1) (default alpha 1), for each element of any shape; gradient alpha at 0; `torch.nn.ELU`.
 * Clevert, Unterthiner and Hochreiter 2016, Fast and accurate deep network learning by exponential linear units.
 *
 * ```ts
 * // −ln 2, where eˣ is a half
 * console.log((await new ELU({ alpha: 3 }).call(tensor(-Math.LN2)).item()).toFixed(4)); // prints -1.5000
 * ```
 */
export class ELU extends Module {
  readonly alpha: number;

  constructor(options: { alpha?: number } = {}) {
    super();
    this.alpha = options.alpha ?? 1;
  }

  override forward(input: Tensor): Tensor {
    return elu(input, { alpha: this.alpha });
  }
}

/**
 * 1.0507 · elu(x, alpha 1.6733) of each element, of any shape, which makes mean 0 and variance 1 a fixed point;
 * `torch.nn.SELU`. Klambauer et al. 2017, Self-normalizing neural networks.
 *
 * ```ts
 * console.log((await new SELU().call(tensor(1)).item()).toFixed(4)); // prints 1.0507
 * ```
 */
export class SELU extends Module {
  override forward(input: Tensor): Tensor {
    return selu(input);
  }
}

/**
 * x for x > 0, else alpha · (e^(x/alpha) − 1) (default alpha 1), for each element of any shape; gradient 1 at 0;
 * `torch.nn.CELU`. Barron 2017, Continuously differentiable exponential linear units.
 *
 * ```ts
 * // −3 ln 2, where e^(x/3) is a half
 * console.log((await new CELU({ alpha: 3 }).call(tensor(-3 * Math.LN2)).item()).toFixed(4)); // prints -1.5000
 * ```
 */
export class CELU extends Module {
  readonly alpha: number;

  constructor(options: { alpha?: number } = {}) {
    super();
    this.alpha = options.alpha ?? 1;
  }

  override forward(input: Tensor): Tensor {
    return celu(input, { alpha: this.alpha });
  }
}
