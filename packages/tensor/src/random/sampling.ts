import type { Shape } from '@evenkeel/backend';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import { broadcastTo, toFloat } from '../ops/broadcast.ts';
import { topk } from '../ops/sorting.ts';
import type { Tensor } from '../tensor.ts';
import { type RandomOptions, rand, randint, randn } from './draw.ts';

/** `rand` in another's shape and dtype. */
export function randLike(other: Tensor, options: RandomOptions = {}): Tensor {
  return rand(other.shape, { dtype: other.dtype, ...options });
}

/** `randn` in another's shape and dtype. */
export function randnLike(other: Tensor, options: RandomOptions = {}): Tensor {
  return randn(other.shape, { dtype: other.dtype, ...options });
}

/** `randint` in [low, high), in another's shape and dtype. */
export function randintLike(
  other: Tensor,
  low: number,
  high: number,
  options: Omit<RandomOptions, 'requiresGrad'> = {},
): Tensor {
  return randint(low, high, other.shape, { dtype: other.dtype, ...options });
}

/** Exponential with density λ e^(-λx); its mean is 1 / λ. Default λ: 1. */
export function exponential(shape: Shape, lambda = 1, options: RandomOptions = {}): Tensor {
  if (!(lambda > 0)) {
    throw new ConfigError(`exponential cannot take λ = ${lambda}`, { op: 'exponential', expected: 'more than 0' });
  }
  const result = scope(() => {
    const { requiresGrad: _, ...inner } = options;
    return ops.div(ops.log1p(ops.neg(rand(shape, inner))), -lambda);
  });
  result.requiresGrad = options.requiresGrad ?? false;
  return result;
}

export interface MultinomialOptions extends Pick<RandomOptions, 'generator'> {
  /** Whether a category may come more than once. Default false. */
  readonly replacement?: boolean;
}

/**
 * Categories drawn by weights that need not sum to 1, as int32: `[categories] → [count]`, `[rows, categories] → [rows, count]`.
 * A category of weight 0 never comes, as long as there are others.
 *
 * With replacement by inversion; without, by the order of weight / exponential (Efraimidis and Spirakis, 2006).
 */
export function multinomial(
  weights: Tensor,
  count: number,
  { replacement = false, generator }: MultinomialOptions = {},
): Tensor {
  const categories = weights.shape.at(-1) ?? 0;
  if (weights.ndim < 1 || weights.ndim > 2 || categories === 0) {
    throw new ShapeError('multinomial takes weights of one or two dimensions', {
      op: 'multinomial',
      shapes: [weights.shape],
    });
  }
  if (!Number.isInteger(count) || count < 1 || (!replacement && count > categories)) {
    throw new ConfigError(`multinomial cannot draw ${count} of ${categories} categories`, {
      op: 'multinomial',
      expected: replacement ? 'an integer from 1' : `an integer from 1 to ${categories}, or replacement`,
    });
  }
  return scope(() => {
    const chance = toFloat(weights).detach();
    const source = { dtype: chance.dtype, ...(generator && { generator }) };
    if (!replacement) {
      const race = ops.div(chance, exponential(chance.shape, 1, source));
      // A draw of exactly 0 makes ∞, or NaN of weight 0, which must lose.
      return topk(ops.where(ops.gt(chance, 0), race, -1), count).indices;
    }
    const upTo = ops.scan(chance, { dim: chance.ndim - 1, fn: 'sum', reverse: false });
    const total = upTo.narrow(-1, categories - 1, 1);
    const drawn = rand([...chance.shape.slice(0, -1), count], source);
    const sought = ops.mul(drawn, broadcastTo(total, drawn.shape)).unsqueeze(-1);
    const category = upTo.unsqueeze(-2).le(sought).sum(-1);
    // Rounding may lift a draw to the total: then it is the last category with a weight.
    const last = upTo.lt(total).sum(-1, { keepdim: true });
    return ops.minimum(category, broadcastTo(last, category.shape));
  });
}
