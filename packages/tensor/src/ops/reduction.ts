import { isFloat } from '@evenkeel/backend';
import { ConfigError } from '@evenkeel/errors';
import { customGradient } from '../autograd/custom-gradient.ts';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { inFloat32, toFloat } from './broadcast.ts';
import { type Dims, dimension, dimensions, reducedShape } from './dims.ts';
import { finitePeak } from './finite-peak.ts';
import { methods } from './method.ts';

export interface ReduceOptions {
  /** Whether reduced dimensions stay, with size 1. Default false. */
  readonly keepdim?: boolean;
}

type Fold = (x: Tensor, dims: readonly number[]) => Tensor;

/** A fold that adds up or multiplies. */
const wide: typeof reduce = (name, x, ...rest) =>
  x.dtype === 'float16' ? inFloat32(x, (float) => reduce(name, float, ...rest)) : reduce(name, x, ...rest);

/** Over the given dimensions, or over all of them; reduced ones disappear unless kept. */
function reduce(name: string, x: Tensor, dims: Dims, { keepdim = false }: ReduceOptions, fold: Fold): Tensor {
  const over = dimensions(name, x, dims);
  return scope(() => {
    const result = over.length === 0 ? fold(ops.reshape(x, [1]), [0]) : fold(x, over);
    return ops.reshape(result, reducedShape(x.shape, over, keepdim));
  });
}

/** The sum; of integers and bools as int32. */
export function sum(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return wide('sum', x, dims, options, (input, over) =>
    ops.sum(input.dtype === 'bool' ? ops.cast(input, 'int32') : input, over),
  );
}

/** The arithmetic mean; NaN over nothing. */
export function mean(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return wide('mean', x, dims, options, (input, over) => {
    const float = toFloat(input);
    return ops.div(ops.sum(float, over), countOver(float, over));
  });
}

/** The product. */
export function prod(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return wide('prod', x, dims, options, (input, over) =>
    ops.prod(input.dtype === 'bool' ? ops.cast(input, 'int32') : input, over),
  );
}

export interface VarianceOptions extends ReduceOptions {
  /** The divisor is n - correction. Default 1, the unbiased estimate. */
  readonly correction?: number;
}

/**
 * The variance from squared distances to the mean, never E[x²] - E[x]². The distances are centered once more, which takes out
 * what rounding the mean left in them: the corrected two-pass algorithm of Chan, Golub and LeVeque ("Algorithms for computing
 * the sample variance", 1983), in the form that cannot become negative.
 */
export function variance(x: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor {
  const { correction = 1 } = options;
  return wide('var', x, dims, options, (input, over) => {
    const float = toFloat(input);
    const count = countOver(float, over);
    const centered = (values: Tensor) =>
      ops.sub(values, ops.expand(ops.div(ops.sum(values, over), count), values.shape));
    const distance = centered(centered(float));
    return ops.div(ops.sum(ops.mul(distance, distance), over), Math.max(0, count - correction));
  });
}

/** The standard deviation: √variance. The gradient of a constant is 0. */
export function std(x: Tensor, dims?: Dims, options: VarianceOptions = {}): Tensor {
  return inFloat32(x, (float) => root(variance(float, dims, options)));
}

/** log Σ eˣ, shifted by the maximum so that it neither overflows nor loses small terms. */
export function logsumexp(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return wide('logsumexp', x, dims, options, (input, over) => {
    const float = toFloat(input);
    const peak = finitePeak(float, over);
    const total = ops.sum(ops.exp(ops.sub(float, ops.expand(peak, float.shape))), over);
    return ops.add(ops.log(total), peak);
  });
}

/**
 * The p-norm of all elements along some dimensions: (Σ |x|ᵖ)^(1/p); ∞ and -∞ are the extremes, whose ties share the gradient, 0 counts
 * what is not 0, with gradient 0. Default p: 2.
 */
export function vectorNorm(x: Tensor, p = 2, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return wide('vectorNorm', x, dims, options, (input, over) => {
    const float = toFloat(input);
    const size = ops.abs(float);
    if (p === Infinity) return ops.amax(size, over);
    if (p === -Infinity) return ops.amin(size, over);
    if (p === 0) return ops.sum(countedOnce(float), over);
    if (p === 1) return ops.sum(size, over);
    if (p === 2) return root(ops.sum(ops.mul(float, float), over));
    if (p < 0) return ops.pow(ops.sum(ops.pow(size, p), over), 1 / p);
    // A zero adds nothing and has no slope, also where the norm of zeros alone has an infinite one.
    const still = ops.eq(size, 0);
    const powers = ops.where(still, 0, ops.pow(ops.where(still, 1, size), p));
    return ops.pow(ops.sum(powers, over), 1 / p);
  });
}

/** Whether any element is not 0. */
export function any(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce('any', x, dims, options, (input, over) => ops.gt(ops.sum(asCount(ops.ne(input, 0)), over), 0));
}

/** Whether no element is 0. */
export function all(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce('all', x, dims, options, (input, over) => ops.eq(ops.sum(asCount(ops.eq(input, 0)), over), 0));
}

/** eˣ / Σ eˣ along one dimension; empty along an empty one. */
export function softmax(x: Tensor, dim: number): Tensor {
  return inFloat32(x, (float) => {
    const over = [dimension('softmax', x.shape, dim)];
    if (x.ndim === 0) return ops.div(ops.exp(ops.sub(float, float)), 1);
    return weights(over)(float);
  });
}

/** log softmax, which stays exact where softmax is nearly 0 or 1. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return inFloat32(x, (float) => {
    const over = [dimension('logSoftmax', x.shape, dim)];
    return x.ndim === 0 ? ops.sub(float, float) : logWeights(over)(float);
  });
}

/** By how much elements lie below the largest one along dimensions; NaN where that is infinite, as in PyTorch. */
const belowPeak = (x: Tensor, over: readonly number[]): Tensor =>
  x.size > 0 ? ops.sub(x, ops.expand(ops.amax(x, over), x.shape)) : x;

/** p = softmax(x), whose cotangent is p · (g − Σ g · p): of the results alone, so that nothing else has to be kept. */
const weights = (over: readonly number[]) =>
  customGradient(
    (x) => {
      const raised = ops.exp(belowPeak(x, over));
      return ops.div(raised, ops.expand(ops.sum(raised, over), x.shape));
    },
    (g, { output: p }) => {
      const flowing = ops.mul(g, p);
      return [ops.sub(flowing, ops.mul(p, ops.expand(ops.sum(flowing, over), p.shape)))];
    },
  );

/** y = log softmax(x), whose cotangent is g − eʸ · Σ g. */
const logWeights = (over: readonly number[]) =>
  customGradient(
    (x) => {
      const shifted = belowPeak(x, over);
      const total = ops.log(ops.sum(ops.exp(shifted), over));
      return ops.sub(shifted, ops.expand(total, x.shape));
    },
    (g, { output: y }) => [ops.sub(g, ops.mul(ops.exp(y), ops.expand(ops.sum(g, over), y.shape)))],
  );

/** The largest element along dimensions; ties share the gradient. */
export function amax(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce('amax', x, dims, options, (input, over) => extreme(input, over, ops.amax));
}

/** The smallest element along dimensions; ties share the gradient. */
export function amin(x: Tensor, dims?: Dims, options: ReduceOptions = {}): Tensor {
  return reduce('amin', x, dims, options, (input, over) => extreme(input, over, ops.amin));
}

/** The position of the largest element, the first of several, along one dimension or in the flattened tensor; int32. */
export function argmax(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return position('argmax', ops.argmax, x, dim, options);
}

/** The position of the smallest element; see `argmax`. */
export function argmin(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
  return position('argmin', ops.argmin, x, dim, options);
}

/** How many elements are folded into one. */
function countOver({ shape }: Tensor, over: readonly number[]): number {
  return over.reduce((count, d) => count * (shape[d] as number), 1);
}

/** 1 for each element that is not 0. The count is flat: its gradient is 0 and not missing. */
const countedOnce = /* @__PURE__ */ customGradient(
  (x) => ops.cast(ops.ne(x, 0), x.dtype),
  (_, { output }) => [ops.full(output.shape, 0, output.dtype)],
);

/** √x, whose gradient at 0 is 0 and not infinite. */
function root(x: Tensor): Tensor {
  const flat = ops.eq(x, 0);
  return ops.where(flat, 0, ops.sqrt(ops.where(flat, 1, x)));
}

function extreme(x: Tensor, over: readonly number[], fold: Fold): Tensor {
  return x.dtype === 'bool' ? ops.cast(fold(asCount(x), over), 'bool') : fold(x, over);
}

function asCount(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : ops.cast(x, 'int32');
}

function position(name: string, find: Fold, x: Tensor, dim: number | undefined, options: ReduceOptions): Tensor {
  if (dim !== undefined && !Number.isInteger(dim)) {
    throw new ConfigError(`${name} takes one dimension, not ${dim}`, { op: name });
  }
  return scope(() => {
    if (dim !== undefined) {
      return reduce(name, x, dim, options, (input, over) => find(asCount(input), over));
    }
    const found = find(asCount(ops.reshape(x, [x.size])), [0]);
    return ops.reshape(found, options.keepdim ? x.shape.map(() => 1) : []);
  });
}

declare module '../tensor.ts' {
  interface Tensor {
    sum(dims?: Dims, options?: ReduceOptions): Tensor;
    mean(dims?: Dims, options?: ReduceOptions): Tensor;
    var(dims?: Dims, options?: VarianceOptions): Tensor;
    std(dims?: Dims, options?: VarianceOptions): Tensor;
    any(dims?: Dims, options?: ReduceOptions): Tensor;
    all(dims?: Dims, options?: ReduceOptions): Tensor;
    softmax(dim: number): Tensor;
    logSoftmax(dim: number): Tensor;
    amax(dims?: Dims, options?: ReduceOptions): Tensor;
    amin(dims?: Dims, options?: ReduceOptions): Tensor;
    argmax(dim?: number, options?: ReduceOptions): Tensor;
    argmin(dim?: number, options?: ReduceOptions): Tensor;
  }
}

methods({ sum, mean, var: variance, std, any, all });
methods({ softmax, logSoftmax, amax, amin, argmax, argmin });
