import type { Tensor } from '@evenkeel/tensor';
import { gelu, logsigmoid, mish, silu, softplus, softsign, tanhshrink } from '../functional/smooth.ts';
import { Module } from '../module/module.ts';

/** x · Φ(x); `approximate: 'tanh'` takes the tanh formula instead of erf; `torch.nn.GELU`. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options: { approximate?: 'none' | 'tanh' } = {}) {
    super();
    this.approximate = options.approximate ?? 'none';
  }

  override forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate });
  }
}

/** x · sigmoid(x); `torch.nn.SiLU`. */
export class SiLU extends Module {
  override forward(input: Tensor): Tensor {
    return silu(input);
  }
}

/** x · tanh(softplus(x)); `torch.nn.Mish`. */
export class Mish extends Module {
  override forward(input: Tensor): Tensor {
    return mish(input);
  }
}

/** log(1 + e^(beta x)) / beta (default beta 1), x where beta · x > threshold (default 20); `torch.nn.Softplus`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: { beta?: number; threshold?: number } = {}) {
    super();
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  override forward(input: Tensor): Tensor {
    return softplus(input, { beta: this.beta, threshold: this.threshold });
  }
}

/** x / (1 + |x|); `torch.nn.Softsign`. */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/** 1 / (1 + e^−x); `torch.nn.Sigmoid`. */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/** log(sigmoid(x)); `torch.nn.LogSigmoid`. */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}

/** tanh(x); `torch.nn.Tanh`. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/** x − tanh(x); `torch.nn.Tanhshrink`. */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}
