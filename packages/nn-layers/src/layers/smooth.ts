import type { Tensor } from '@evenkeel/tensor';
import { gelu, logsigmoid, mish, silu, softplus, softsign, tanhshrink } from '../functional/smooth.ts';
import { Module } from '../module/module.ts';

/**
 * x · Φ(x) of each element, of any shape, with Φ the standard normal distribution function; `torch.nn.GELU`.
 * `approximate: 'tanh'` (default `'none'`) takes the tanh formula instead of erf. Hendrycks and Gimpel 2016, Gaussian error
 * linear units.
 *
 * ```ts
 * console.log((await new GELU().call(tensor(1)).item()).toFixed(4)); // prints 0.8413
 * ```
 */
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

/**
 * x · sigmoid(x) of each element, of any shape; `torch.nn.SiLU`. Elfwing, Uchibe and Doya 2018, Sigmoid-weighted linear
 * units for neural network function approximation in reinforcement learning.
 *
 * ```ts
 * console.log((await new SiLU().call(tensor(1)).item()).toFixed(4)); // prints 0.7311
 * ```
 */
export class SiLU extends Module {
  override forward(input: Tensor): Tensor {
    return silu(input);
  }
}

/**
 * x · tanh(softplus(x)) of each element, of any shape; `torch.nn.Mish`. Misra 2019, Mish: a self regularized
 * non-monotonic activation function.
 *
 * ```ts
 * // At ln 2 softplus is ln 3, whose tanh is 8 / 10.
 * const output = new Mish().call(tensor(Math.LN2));
 * console.log(((await output.item()) / Math.LN2).toFixed(4)); // prints 0.8000
 * ```
 */
export class Mish extends Module {
  override forward(input: Tensor): Tensor {
    return mish(input);
  }
}

/**
 * log(1 + e^(beta x)) / beta (default beta 1) of each element, of any shape; x where beta · x > threshold (default 20);
 * `torch.nn.Softplus`. Dugas et al. 2001, Incorporating second-order functional knowledge for better option pricing.
 *
 * ```ts
 * console.log((await new Softplus().call(tensor(0)).item()).toFixed(4)); // prints 0.6931
 * console.log(await new Softplus().call(tensor(30)).item()); // prints 30
 * ```
 */
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

/**
 * x / (1 + |x|) of each element, of any shape; `torch.nn.Softsign`. Turian, Bergstra and Bengio 2009, Quadratic features
 * and deep architectures for chunking.
 *
 * ```ts
 * console.log(await new Softsign().call(tensor([-1, 0, 3])).tolist()); // prints [ -0.5, 0, 0.75 ]
 * ```
 */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/**
 * 1 / (1 + e^−x) of each element, of any shape; `torch.nn.Sigmoid`.
 *
 * ```ts
 * console.log(await new Sigmoid().call(tensor([-1000, 0, 1000])).tolist()); // prints [ 0, 0.5, 1 ]
 * ```
 */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/**
 * log(sigmoid(x)) of each element, of any shape, finite where the sigmoid is 0; `torch.nn.LogSigmoid`.
 *
 * ```ts
 * console.log(await new LogSigmoid().call(tensor(-1000)).item()); // prints -1000
 * ```
 */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}

/**
 * tanh(x) of each element, of any shape; `torch.nn.Tanh`.
 *
 * ```ts
 * // (e²ˣ − 1) / (e²ˣ + 1) at ln 2 is 3 / 5.
 * console.log((await new Tanh().call(tensor(Math.LN2)).item()).toFixed(4)); // prints 0.6000
 * ```
 */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/**
 * x − tanh(x) of each element, of any shape; `torch.nn.Tanhshrink`.
 *
 * ```ts
 * console.log(await new Tanhshrink().call(tensor([-100, 0, 100])).tolist()); // prints [ -99, 0, 99 ]
 * ```
 */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}
