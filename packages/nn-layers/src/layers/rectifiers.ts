import { full, Parameter, type Tensor } from '@evenkeel/tensor';
import { celu, elu, leakyRelu, prelu, type RReLUOptions, rrelu, selu } from '../functional/rectifiers.ts';
import { constant_ } from '../init/constant.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

/** max(x, 0); gradient 0 at 0; `torch.nn.ReLU`. */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return input.relu();
  }
}

/** x for x > 0, else negativeSlope · x (default 0.01); `torch.nn.LeakyReLU`. */
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
 * Leaky relu with learned slopes: `weight [numParameters]`, all starting at `init`; `torch.nn.PReLU`.
 *
 * @param options.numParameters 1 (default), or the number of channels in the input's dimension 1
 * @param options.init default 0.25
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
 * x for x > 0, else slope · x, the slope drawn from U(lower, upper) in training (default 1/8 and 1/3) and their mean in
 * evaluation; `torch.nn.RReLU`. Xu et al. 2015.
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

/** x for x > 0, else alpha · (eˣ − 1) (default alpha 1); `torch.nn.ELU`. */
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

/** ELU scaled so that mean 0 and variance 1 are a fixed point; `torch.nn.SELU`. */
export class SELU extends Module {
  override forward(input: Tensor): Tensor {
    return selu(input);
  }
}

/** x for x > 0, else alpha · (e^(x/alpha) − 1) (default alpha 1); `torch.nn.CELU`. */
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
