import { ConfigError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { tensor } from '../creation.ts';
import { scope } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';
import { toFloat } from './broadcast.ts';
import { dimension } from './dims.ts';
import type { ValuesAndIndices } from './extremes.ts';
import type { ReduceOptions } from './reduction.ts';
import { narrow } from './slicing.ts';

export interface SortOptions {
  /** Default -1. */
  readonly dim?: number;
  /** Default false. */
  readonly descending?: boolean;
}

/** The positions that sort one dimension, as int32. Stable: equal elements keep their order; NaN counts as largest. */
export function argsort(x: Tensor, { dim = -1, descending = false }: SortOptions = {}): Tensor {
  const along = dimension('argsort', x.shape, dim);
  return scope(() => {
    if (x.ndim === 0) return new Tensor([], 'int32', 0);
    const input = x.dtype === 'bool' ? ops.cast(x, 'int32') : x;
    const places = ops.rank(input, { dim: along, descending });
    // A permutation turned round: the element whose place is p goes to p.
    const positions = ops.iota(x.shape, along);
    return ops.scatterAdd(positions, places, along, x.shape[along] as number);
  });
}

/** One dimension in order, and where each element was. */
export function sort(x: Tensor, options: SortOptions = {}): ValuesAndIndices {
  const along = dimension('sort', x.shape, options.dim ?? -1);
  return scope(() => {
    const indices = argsort(x, options);
    return { values: x.ndim === 0 ? ops.copy(x) : ops.gather(x, indices, along), indices };
  });
}

export interface TopkOptions {
  /** Default -1. */
  readonly dim?: number;
  /** Default true: the k largest, the largest first; false: the k smallest, the smallest first. */
  readonly largest?: boolean;
}

/** The k largest (or smallest) elements of one dimension in order, and where they were. */
export function topk(x: Tensor, k: number, { dim = -1, largest = true }: TopkOptions = {}): ValuesAndIndices {
  const along = dimension('topk', x.shape, dim);
  const extent = x.shape[along] ?? 1;
  expectCount('topk', k, 0, extent);
  return scope(() => {
    const order = argsort(x, { dim, descending: largest });
    const indices = x.ndim === 0 ? order : narrow(order, along, 0, k).contiguous();
    return { values: x.ndim === 0 ? ops.copy(x) : ops.gather(x, indices, along), indices };
  });
}

/** The k-th smallest element of one dimension, counted from 1, and where it was. */
export function kthvalue(x: Tensor, k: number, dim = -1, { keepdim = false }: ReduceOptions = {}): ValuesAndIndices {
  const along = dimension('kthvalue', x.shape, dim);
  expectCount('kthvalue', k, 1, x.shape[along] ?? 1);
  return scope(() => {
    if (x.ndim === 0) return sort(x);
    const indices = narrow(argsort(x, { dim }), along, k - 1, 1).contiguous();
    const values = ops.gather(x, indices, along);
    if (keepdim) return { values, indices };
    const shape = x.shape.filter((_, d) => d !== along);
    return { values: ops.reshape(values, shape), indices: ops.reshape(indices, shape) };
  });
}

interface Median {
  (x: Tensor): Tensor;
  (x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
}

/** The middle element, the lower of two; of all, or along one dimension with its position. NaN if there is one. */
export const median = ((x: Tensor, dim?: number, options: ReduceOptions = {}) => {
  if (dim === undefined) return scope(() => median(ops.reshape(x, [x.size]), 0).values);
  const along = dimension('median', x.shape, dim);
  const extent = x.shape[along] ?? 1;
  return scope(() => {
    if (x.ndim === 0) return sort(x);
    const order = argsort(x, { dim });
    const middle = narrow(order, along, Math.floor((extent - 1) / 2), 1);
    const last = narrow(order, along, extent - 1, 1);
    const largest = ops.gather(x, last.contiguous(), along);
    const indices = ops.where(ops.ne(largest, largest), last, middle);
    const values = ops.gather(x, indices, along);
    if (options.keepdim) return { values, indices };
    const shape = x.shape.filter((_, d) => d !== along);
    return { values: ops.reshape(values, shape), indices: ops.reshape(indices, shape) };
  });
}) as Median;

export interface QuantileOptions extends ReduceOptions {
  /** What lies between two elements. Default 'linear'. */
  readonly interpolation?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
}

/** The q-th quantile (q from 0 to 1), of all elements or along one dimension; several q come in a new first dimension. */
export function quantile(
  x: Tensor,
  q: number | readonly number[],
  dim?: number,
  { keepdim = false, interpolation = 'linear' }: QuantileOptions = {},
): Tensor {
  const wanted = typeof q === 'number' ? [q] : q;
  for (const each of wanted) {
    if (!(each >= 0 && each <= 1)) {
      throw new ConfigError(`quantile cannot take q = ${each}`, { op: 'quantile', expected: 'numbers from 0 to 1' });
    }
  }
  return scope(() => {
    const float = toFloat(x);
    const flat = dim === undefined ? ops.reshape(float, [x.size]) : float;
    const along = dim === undefined ? 0 : dimension('quantile', x.shape, dim, x.ndim);
    const extent = flat.shape[along] as number;
    const { values } = sort(flat, { dim: along });
    const largest = narrow(values, along, extent - 1, 1);
    const results = wanted.map((each) => {
      const place = each * (extent - 1);
      const [low, high] = [Math.floor(place), Math.ceil(place)];
      const weight = {
        linear: place - low,
        lower: 0,
        higher: 1,
        midpoint: low === high ? 0 : 0.5,
        nearest: roundHalfToEven(place) - low,
      }[interpolation];
      const [a, b] = [narrow(values, along, low, 1), narrow(values, along, high, 1)];
      const between = weight === 0 ? a : weight === 1 ? b : ops.add(a, ops.mul(ops.sub(b, a), weight));
      // NaN is last in the order; one of them makes every quantile NaN.
      return ops.where(ops.ne(largest, largest), largest, between);
    });
    const shape =
      dim === undefined
        ? keepdim
          ? x.shape.map(() => 1)
          : []
        : flat.shape.flatMap((e, d) => (d === along ? (keepdim ? [1] : []) : [e]));
    const shaped = results.map((result) => ops.reshape(result, [1, ...shape]));
    const joined = shaped.length === 1 ? (shaped[0] as Tensor) : ops.concat(shaped, 0);
    return typeof q === 'number' ? ops.reshape(joined, shape) : joined;
  });
}

export interface SearchOptions {
  /** Whether to find the place behind equal elements instead of before them. Default false. */
  readonly right?: boolean;
  /** The same in words: 'right' is `right: true`. */
  readonly side?: 'left' | 'right';
}

export interface SearchSortedOptions extends SearchOptions {
  /** The positions that put each row of `sorted` in order, where it is not (`argsort` finds them), int32. */
  readonly sorter?: Tensor;
}

/**
 * Where each value would go into the sorted last dimension of `sorted` to keep it in order, as int32. The leading dimensions are
 * equal, or `sorted` has one dimension and serves all.
 */
export function searchsorted(
  sorted: Tensor,
  values: Tensor | number,
  { side, right = side === 'right', sorter }: SearchSortedOptions = {},
): Tensor {
  return scope(() => {
    const sought = typeof values === 'number' ? tensor(values, { dtype: sorted.dtype }) : values;
    const column = ops.reshape(sought, [...sought.shape, 1]);
    const lead = sorted.ndim === 1 ? sought.ndim : sorted.ndim - 1;
    const row = ops.reshape(sorter ? ops.gather(sorted, sorter, sorted.ndim - 1) : sorted, [
      ...(sorted.ndim === 1 ? new Array<number>(lead).fill(1) : sorted.shape.slice(0, -1)),
      ...(sorted.ndim === 1 ? [] : [1]),
      sorted.shape.at(-1) as number,
    ]);
    const before = right ? row.le(column) : row.lt(column);
    return before.sum(-1);
  });
}

/** In which bucket each value lies: boundaries[i-1] < v ≤ boundaries[i], or ≤ and < with `right`. */
export function bucketize(x: Tensor, boundaries: Tensor, options: SearchOptions = {}): Tensor {
  return searchsorted(boundaries, x, options);
}

function expectCount(op: string, k: number, low: number, high: number): void {
  if (Number.isInteger(k) && k >= low && k <= high) return;
  throw new ConfigError(`${op} cannot take k = ${k}`, { op, expected: `an integer from ${low} to ${high}` });
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
