import { isFloat } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { mul, sub } from './arithmetic.ts';
import { broadcastTo, toFloat } from './broadcast.ts';
import { clamp } from './comparison.ts';
import { matmul } from './contraction.ts';
import { type Dims, dimension } from './dims.ts';
import {
  amax,
  amin,
  mean,
  type ReduceOptions,
  std,
  sum,
  type VarianceOptions,
  variance,
  vectorNorm,
} from './reduction.ts';

export interface AminmaxOptions extends ReduceOptions {
  /** Default: over all elements. */
  readonly dim?: number;
}

/** The smallest and the largest element, of all or along one dimension; ties share the gradient. */
export function aminmax(
  x: Tensor,
  { dim, ...options }: AminmaxOptions = {},
): { readonly min: Tensor; readonly max: Tensor } {
  return { min: amin(x, dim, options), max: amax(x, dim, options) };
}

/** The variance and the mean. */
export function varMean(x: Tensor, dims?: Dims, options: VarianceOptions = {}): [Tensor, Tensor] {
  return [variance(x, dims, options), mean(x, dims, options)];
}

/** The standard deviation and the mean. */
export function stdMean(x: Tensor, dims?: Dims, options: VarianceOptions = {}): [Tensor, Tensor] {
  return [std(x, dims, options), mean(x, dims, options)];
}

/** The sum of what is not NaN. */
export function nansum(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return scope(() => sum(isFloat(x.dtype) ? ops.where(ops.ne(x, x), 0, x) : x, dims, options));
}

/** The mean of what is not NaN; NaN where there is nothing else. */
export function nanmean(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return scope(() => {
    const float = toFloat(x);
    const count = sum(ops.cast(ops.eq(float, float), float.dtype), dims, options);
    return ops.div(nansum(float, dims, options), count);
  });
}

/** How many elements are not 0, as int32. */
export function countNonzero(x: Tensor, dims?: Dims): Tensor {
  return scope(() => sum(ops.ne(x, 0), dims));
}

/** The Frobenius norm ('fro', the default) or the p-norm of all elements; see `vectorNorm`. */
export function norm(x: Tensor, p: number | 'fro' = 'fro', dims?: Dims, options: ReduceOptions = {}): Tensor {
  return vectorNorm(x, p === 'fro' ? 2 : p, dims, options);
}

/**
 * A norm of the matrices in the last two dimensions, which disappear: 'fro'; 1 and -1, the largest and smallest sum of a column's
 * magnitudes; ∞ and -∞, of a row's. Default 'fro'.
 */
export function matrixNorm(x: Tensor, order: 'fro' | number = 'fro', { keepdim = false }: ReduceOptions = {}): Tensor {
  if (x.ndim < 2 || !(order === 'fro' || Math.abs(order) === 1 || Math.abs(order) === Infinity)) {
    throw new ShapeError(`matrixNorm has no order ${order} of [${x.shape}]`, {
      op: 'matrixNorm',
      shapes: [x.shape],
      expected: "'fro', 1, -1, Infinity or -Infinity, and at least two dimensions",
      remedy: 'orders that need singular values are not there',
    });
  }
  if (order === 'fro') return vectorNorm(x, 2, [-2, -1], { keepdim });
  return scope(() => {
    const summed = Math.abs(order) === 1 ? -2 : -1;
    const sizes = vectorNorm(x, 1, summed, { keepdim: true });
    const fold = order > 0 ? amax : amin;
    return fold(sizes, [-2, -1], { keepdim });
  });
}

/** The p-norm of a - b. Default p: 2. */
export function dist(a: Tensor, b: Tensor, p = 2): Tensor {
  return scope(() => vectorNorm(sub(a, b), p));
}

/** The slices along `dim` whose p-norm is above `maxNorm`, scaled down to it; the others as they are. */
export function renorm(x: Tensor, p: number, dim: number, maxNorm: number): Tensor {
  const along = dimension('renorm', x.shape, dim, x.ndim);
  return scope(() => {
    const others = x.shape.map((_, d) => d).filter((d) => d !== along);
    const size = vectorNorm(x, p, others, { keepdim: true });
    const scale = ops.div(ops.full(size.shape, maxNorm, size.dtype), ops.add(size, 1e-7));
    const factor = ops.where(ops.gt(size, maxNorm), scale, 1);
    return ops.mul(x, broadcastTo(factor, x.shape));
  });
}

export interface CovOptions {
  /** The divisor is the number of observations less this. Default 1. */
  readonly correction?: number;
  /** How often each observation was made: integers, `[observations]`. Default: once. */
  readonly fweights?: Tensor;
  /** How much each observation counts, `[observations]`. Default: as much as any other. */
  readonly aweights?: Tensor;
}

/** The covariances of variables, which are the rows: `[variables, observations] → [variables, variables]`. */
export function cov(x: Tensor, { correction = 1, fweights, aweights }: CovOptions = {}): Tensor {
  if (x.ndim > 2) throw new ShapeError('cov takes a matrix or a vector', { op: 'cov', shapes: [x.shape] });
  return scope(() => {
    const rows = ops.reshape(toFloat(x), x.ndim === 2 ? x.shape : [1, x.size]);
    const one = ops.full([rows.shape[1] as number], 1, rows.dtype);
    const weights = mul(mul(one, fweights ?? 1), aweights ?? 1);
    const total = ops.sum(weights, [0]);
    const centered = sub(rows, sum(mul(rows, weights), 1, { keepdim: true }).div(total));
    // Weights that are no counts take away from the number of observations that they are worth.
    const worth = aweights ? mul(sum(mul(weights, aweights)).div(total), correction) : correction;
    const result = matmul(centered, mul(centered, weights).t()).div(clamp(sub(total, worth), { min: 0 }));
    return ops.reshape(result, x.ndim === 2 ? result.shape : []);
  });
}

/** The correlations of variables, which are the rows. */
export function corrcoef(x: Tensor): Tensor {
  return scope(() => {
    const covariance = cov(x);
    if (covariance.ndim === 0) return ops.div(covariance, covariance);
    const count = covariance.shape[0] as number;
    const flat = ops.reshape(covariance, [count * count]);
    const deviation = ops.sqrt(ops.slice(flat, [0], [count + 1], [count]));
    const across = broadcastTo(deviation, [count, count]);
    return ops.div(ops.div(covariance, across), ops.permute(across, [1, 0]));
  });
}
