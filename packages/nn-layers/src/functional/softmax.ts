import { ConfigError, ShapeError } from '@evenkeel/errors';
import { rand, scatter, scope, type Tensor, zerosLike } from '@evenkeel/tensor';

/** softmax(−x) over `dim`. */
export function softmin(input: Tensor, dim: number): Tensor {
  return scope(() => input.neg().softmax(dim));
}

/**
 * The first half of `dim` times the sigmoid of the second; Dauphin et al. 2017.
 *
 * @param options.dim default −1
 * @throws ShapeError when the dimension is odd
 */
export function glu(input: Tensor, options: { dim?: number } = {}): Tensor {
  const { dim = -1 } = options;
  const size = input.shape.at(dim) ?? 0;
  if (size % 2 !== 0) {
    throw new ShapeError('glu halves a dimension, which must be even', {
      op: 'glu',
      got: `dimension ${dim} of [${input.shape.join(', ')}]`,
    });
  }
  return scope(() => {
    const half = size / 2;
    return input.narrow(dim, 0, half).mul(input.narrow(dim, half, half).sigmoid());
  });
}

export interface GumbelSoftmaxOptions {
  /** Temperature (default 1): the lower, the closer to one-hot. */
  tau?: number;
  /** Whether the values are one-hot, with the gradient of the soft ones (default false). */
  hard?: boolean;
  /** The dimension whose elements compete (default −1). */
  dim?: number;
}

/**
 * A sample from softmax(logits) that can be differentiated: softmax((logits + g) / tau) with g from the Gumbel distribution;
 * `torch.nn.functional.gumbel_softmax`. Jang, Gu and Poole 2017. Draws from the default generator.
 *
 * @throws ConfigError for a temperature that is not over 0
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { tau = 1, hard = false, dim = -1 } = options;
  if (!(tau > 0)) {
    throw new ConfigError('the temperature is out of range', {
      op: 'gumbelSoftmax',
      got: `tau = ${tau}`,
      expected: 'a number over 0',
    });
  }
  return scope(() => {
    // The lowest normal float32 in place of a zero, whose logarithm would be infinite.
    const gumbel = rand(logits.shape, { dtype: logits.dtype }).clamp({ min: 1.2e-38 }).log().neg().log().neg();
    const soft = logits.add(gumbel).div(tau).softmax(dim);
    if (!hard) return soft;
    const { indices } = soft.detach().max(dim, { keepdim: true });
    const one = scatter(zerosLike(soft), dim, indices, 1);
    return one.add(soft.sub(soft.detach()));
  });
}
