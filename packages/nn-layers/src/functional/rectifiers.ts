import { ConfigError, ShapeError } from '@evenkeel/errors';
import { expm1, scope, type Tensor, uniform, where } from '@evenkeel/tensor';

// Each says what happens at the kink, because the gradient there is a choice; it is PyTorch's.

/** x for x > 0, else slope · x; gradient `slope` at 0. Maas et al. 2013. */
export function leakyRelu(input: Tensor, options: { negativeSlope?: number } = {}): Tensor {
  const { negativeSlope = 0.01 } = options;
  return scope(() => where(input.gt(0), input, input.mul(negativeSlope)));
}

/**
 * x for x > 0, else a learned slope · x. He et al. 2015.
 *
 * @param weight `[1]`, or `[channels]` where the channels are the input's dimension 1
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  const channels = input.ndim > 1 ? input.shape[1] : 1;
  if (weight.size !== 1 && weight.size !== channels) {
    throw new ShapeError('prelu needs one slope, or one for each channel', {
      op: 'prelu',
      got: `weight [${weight.shape.join(', ')}] for input [${input.shape.join(', ')}]`,
      expected: `weight [1] or [${channels}]`,
    });
  }
  return scope(() => {
    const slope = weight.size === 1 ? weight.reshape([]) : weight.reshape([-1, ...Array(input.ndim - 2).fill(1)]);
    return where(input.gt(0), input, input.mul(slope));
  });
}

export interface RReLUOptions {
  /** The least slope (default 1/8). */
  lower?: number;
  /** The greatest slope (default 1/3). */
  upper?: number;
  /** Whether each element draws its slope (default false), or all take the middle one. */
  training?: boolean;
}

/**
 * x for x > 0, else slope · x, with a slope from U(lower, upper) for each element in training and (lower + upper) / 2
 * otherwise. Xu et al. 2015, Empirical evaluation of rectified activations.
 *
 * @throws ConfigError when `lower` is over `upper`
 */
export function rrelu(input: Tensor, options: RReLUOptions = {}): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false } = options;
  if (!(lower <= upper)) {
    throw new ConfigError('the range of slopes is empty', { op: 'rrelu', got: `lower ${lower}, upper ${upper}` });
  }
  return scope(() => {
    const slope = training ? uniform(input.shape, lower, upper, { dtype: input.dtype }) : (lower + upper) / 2;
    return where(input.gt(0), input, input.mul(slope));
  });
}

/** x for x > 0, else alpha · (eˣ − 1); gradient `alpha` at 0. Clevert, Unterthiner and Hochreiter 2016. */
export function elu(input: Tensor, options: { alpha?: number } = {}): Tensor {
  const { alpha = 1 } = options;
  return scope(() => where(input.gt(0), input, expm1(input.clamp({ max: 0 })).mul(alpha)));
}

/** scale · elu(x, alpha) with the constants that keep mean 0 and variance 1. Klambauer et al. 2017. */
export function selu(input: Tensor): Tensor {
  const alpha = 1.6732632423543772;
  const scale = 1.0507009873554805;
  return scope(() => where(input.gt(0), input.mul(scale), expm1(input.clamp({ max: 0 })).mul(alpha * scale)));
}

/** x for x > 0, else alpha · (e^(x/alpha) − 1); gradient 1 at 0. Barron 2017. */
export function celu(input: Tensor, options: { alpha?: number } = {}): Tensor {
  const { alpha = 1 } = options;
  return scope(() => where(input.gt(0), input, expm1(input.clamp({ max: 0 }).mul(1 / alpha)).mul(alpha)));
}
