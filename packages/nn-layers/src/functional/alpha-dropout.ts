import { ShapeError } from '@evenkeel/errors';
import { rand, scope, type Tensor, where, zerosLike } from '@evenkeel/tensor';
import { checkProbability } from '../module/size-check.ts';
import { channelsOf, type DropoutOptions } from './dropout.ts';

// −λα of SELU, its value at −∞.
const saturation = -1.7580993408473766;

/**
 * Sets each element to SELU's saturation value with probability p, then scales and shifts so that zero mean and unit variance
 * stay what they are; `torch.nn.functional.alpha_dropout`. Draws from the default generator.
 *
 * With s the saturation: a · (x kept, s dropped) + b, a = ((1 − p) · (1 + p · s²))^−½ and b = −a · p · s.
 * Klambauer et al. 2017, Self-normalizing neural networks.
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 */
export function alphaDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  return saturate('alphaDropout', input, input.shape, options);
}

/**
 * As `alphaDropout` for whole channels of `[N, C, ...]`; `torch.nn.functional.feature_alpha_dropout`.
 *
 * @throws ShapeError for fewer than two dimensions
 */
export function featureAlphaDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  if (input.ndim < 2) {
    throw new ShapeError('channels are needed', {
      op: 'featureAlphaDropout',
      shapes: [input.shape],
      expected: '[N, C, ...]',
    });
  }
  return saturate('featureAlphaDropout', input, channelsOf('featureAlphaDropout', input, [input.ndim]), options);
}

function saturate(op: string, input: Tensor, shape: readonly number[], options: DropoutOptions): Tensor {
  const { p = 0.5, training = true } = options;
  checkProbability(op, p);
  if (!training || p === 0) return input;
  if (p === 1) return scope(() => input.mul(zerosLike(input)));
  return scope(() => {
    const scale = 1 / Math.sqrt((1 - p) * (1 + p * saturation ** 2));
    return where(rand(shape).ge(p), input, saturation)
      .mul(scale)
      .add(-scale * p * saturation);
  });
}
