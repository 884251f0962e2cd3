import { ShapeError } from '@evenkeel/errors';
import { full, rand, scope, type Tensor, where, zerosLike } from '@evenkeel/tensor';
import { checkProbability } from '../module/size-check.ts';

export interface DropoutOptions {
  /** Probability of an element to be dropped (default 0.5). */
  p?: number;
  /** Whether anything is dropped at all (default true). */
  training?: boolean;
}

/**
 * Sets each element to zero with probability p and divides the others by 1 − p, so that the expectation stays;
 * `torch.nn.functional.dropout`. Draws from the default generator.
 *
 * Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 */
export function dropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropTogether('dropout', input, input.shape, options);
}

/**
 * Drops whole channels of `[N, C, L]` or `[C, L]`; `torch.nn.functional.dropout1d`.
 *
 * Tompson et al. 2015, Efficient object localization using convolutional networks.
 *
 * @throws ShapeError for other numbers of dimensions
 */
export function dropout1d(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropTogether('dropout1d', input, channelsOf('dropout1d', input, [3], 2), options);
}

/** Drops whole channels of `[N, C, H, W]`, or of `[N, C, L]` as PyTorch does; `torch.nn.functional.dropout2d`. */
export function dropout2d(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropTogether('dropout2d', input, channelsOf('dropout2d', input, [3, 4]), options);
}

/** Drops whole channels of `[N, C, D, H, W]` or `[C, D, H, W]`; `torch.nn.functional.dropout3d`. */
export function dropout3d(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropTogether('dropout3d', input, channelsOf('dropout3d', input, [5], 4), options);
}

export interface StochasticDepthOptions extends DropoutOptions {
  /** Whether each sample is dropped on its own (`'row'`, the default) or all together (`'batch'`). */
  mode?: 'row' | 'batch';
}

/**
 * Sets whole samples (or the whole batch) to zero with probability p and divides the others by 1 − p; for the branch of a
 * residual block; `torchvision.ops.stochastic_depth`. Draws from the default generator.
 *
 * Huang et al. 2016, Deep networks with stochastic depth.
 *
 * @param input `[N, ...]`
 * @throws ConfigError unless 0 ≤ p ≤ 1
 */
export function stochasticDepth(input: Tensor, options: StochasticDepthOptions = {}): Tensor {
  const rows = (options.mode ?? 'row') === 'row' ? (input.shape[0] as number) : 1;
  return dropTogether('stochasticDepth', input, [rows, ...input.shape.slice(1).map(() => 1)], options);
}

/** The shape of a mask with one entry for each sample and channel; without a batch where there are `unbatched` dimensions. */
export function channelsOf(op: string, input: Tensor, ranks: readonly number[], unbatched?: number): number[] {
  if (input.ndim !== unbatched && !ranks.includes(input.ndim)) {
    throw new ShapeError('the input has another number of dimensions', {
      op,
      got: `input [${input.shape.join(', ')}]`,
      expected: `${[...ranks, ...(unbatched === undefined ? [] : [unbatched])].join(' or ')} dimensions`,
    });
  }
  const own = input.ndim === unbatched ? 1 : 2;
  return input.shape.map((size, dim) => (dim < own ? size : 1));
}

/** One draw for each entry of a mask of `shape`, which is broadcast over the input. */
function dropTogether(op: string, input: Tensor, shape: readonly number[], options: DropoutOptions): Tensor {
  const { p = 0.5, training = true } = options;
  checkProbability(op, p);
  if (!training || p === 0) return input;
  if (p === 1) return scope(() => input.mul(zerosLike(input)));
  return scope(() => {
    // The factor goes into the mask, so that the backward pass is one multiplication.
    const factor = full([], 1 / (1 - p), { dtype: input.dtype });
    return input.mul(where(rand(shape).ge(p), factor, 0));
  });
}
