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
 */
export function dropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  const { p = 0.5, training = true } = options;
  checkProbability('dropout', p);
  if (!training || p === 0) return input;
  if (p === 1) return scope(() => input.mul(zerosLike(input)));
  return scope(() => {
    // The factor goes into the mask, so that the backward pass is one multiplication.
    const factor = full([], 1 / (1 - p), { dtype: input.dtype });
    return input.mul(where(rand(input.shape).ge(p), factor, 0));
  });
}
