import { erf, log1p, scope, type Tensor, where } from '@evenkeel/tensor';

/**
 * x · Φ(x), with Φ the standard normal distribution function; Hendrycks and Gimpel 2016.
 *
 * @param options.approximate `none` (default): by erf; `tanh`: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
 */
export function gelu(input: Tensor, options: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  if (options.approximate === 'tanh') {
    return scope(() => {
      const inner = input
        .square()
        .mul(0.044715)
        .add(1)
        .mul(input)
        .mul(Math.sqrt(2 / Math.PI));
      return inner.tanh().add(1).mul(0.5).mul(input);
    });
  }
  return scope(() => erf(input.mul(Math.SQRT1_2)).add(1).mul(0.5).mul(input));
}

/** x · sigmoid(x), also called swish; Elfwing, Uchibe and Doya 2018. */
export function silu(input: Tensor): Tensor {
  return scope(() => input.mul(input.sigmoid()));
}

/**
 * log(1 + e^(beta x)) / beta, and x itself where beta · x is over the threshold.
 *
 * @param options.beta default 1
 * @param options.threshold default 20
 */
export function softplus(input: Tensor, options: { beta?: number; threshold?: number } = {}): Tensor {
  const { beta = 1, threshold = 20 } = options;
  return scope(() => {
    const scaled = beta === 1 ? input : input.mul(beta);
    // The clamp keeps exp finite where its result is not used: 0 · ∞ would be a NaN in the gradient.
    const smooth = log1p(scaled.clamp({ max: threshold }).exp());
    return where(scaled.gt(threshold), input, beta === 1 ? smooth : smooth.mul(1 / beta));
  });
}

/** x · tanh(softplus(x)); Misra 2019. */
export function mish(input: Tensor): Tensor {
  return scope(() => input.mul(softplus(input).tanh()));
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  return scope(() => input.div(input.abs().add(1)));
}

/** log(sigmoid(x)), without the overflow of the two one after the other. */
export function logsigmoid(input: Tensor): Tensor {
  // At 40, log(1 + e^x) is x to the last bit of a float64.
  return scope(() => softplus(input.neg(), { threshold: 40 }).neg());
}

/** x − tanh(x). */
export function tanhshrink(input: Tensor): Tensor {
  return scope(() => input.sub(input.tanh()));
}
