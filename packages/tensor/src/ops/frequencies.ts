import { ConfigError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastTo, toFloat } from './broadcast.ts';
import { isnan } from './comparison.ts';
import { dimension } from './dims.ts';
import { distinct, type Unique, type UniqueOptions } from './distinct.ts';
import type { ValuesAndIndices } from './extremes.ts';
import { stack } from './joining.ts';
import type { ReduceOptions } from './reduction.ts';
import { argmax } from './reduction.ts';
import { movedim } from './shape.ts';
import { type QuantileOptions, sort } from './sorting.ts';

/** Sorted along the first dimension. */
export function msort(x: Tensor): Tensor {
  return sort(x, { dim: 0 }).values;
}

/** The most frequent element along one dimension, the smallest of several, and where it is last; compares all with all. */
export function mode(x: Tensor, dim = -1, { keepdim = false }: ReduceOptions = {}): ValuesAndIndices {
  const along = dimension('mode', x.shape, dim);
  return scope(() => {
    if (x.ndim === 0) return sort(x);
    const input = x.dtype === 'bool' ? ops.cast(x, 'int32') : x;
    const ordered = movedim(sort(input.detach(), { dim: along }).values, along, -1);
    const count = ordered.unsqueeze(-1).eq(ordered.unsqueeze(-2)).sum(-1);
    // In ascending order the first of the most frequent is the smallest.
    const value = movedim(ops.gather(ordered, argmax(count, -1, { keepdim: true }), x.ndim - 1), -1, along);
    const place = ops.iota(x.shape, along);
    // NaN equals nothing, and is the most frequent only where there is nothing else.
    const isIt = ops.or(input.eq(value), isnan(broadcastTo(value, x.shape)));
    const found = ops.where(isIt, place, -1);
    const indices = ops.amax(found, [along]);
    const values = ops.gather(x, indices, along);
    if (keepdim) return { values, indices };
    const shape = x.shape.filter((_, d) => d !== along);
    return { values: ops.reshape(values, shape), indices: ops.reshape(indices, shape) };
  });
}

interface Nanmedian {
  (x: Tensor): Tensor;
  (x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
}

/** As `median`, of what is not NaN. */
export const nanmedian: Nanmedian = ((x: Tensor, dim?: number, { keepdim = false }: ReduceOptions = {}) => {
  if (dim === undefined) return scope(() => nanmedian(ops.reshape(x, [x.size]), 0).values);
  const along = dimension('nanmedian', x.shape, dim);
  return scope(() => {
    if (x.ndim === 0) return sort(x);
    const { values: sorted, indices: order } = sort(x, { dim: along });
    const count = x.eq(x).sum(along, { keepdim: true });
    const middle = ops.maximum(count.sub(1).div(2, { roundingMode: 'floor' }), 0);
    const [values, indices] = [ops.gather(sorted, middle, along), ops.gather(order, middle, along)];
    if (keepdim) return { values, indices };
    const shape = x.shape.filter((_, d) => d !== along);
    return { values: ops.reshape(values, shape), indices: ops.reshape(indices, shape) };
  });
}) as Nanmedian;

/** As `quantile`, of what is not NaN. */
export function nanquantile(
  x: Tensor,
  q: number | readonly number[],
  dim?: number,
  options: QuantileOptions = {},
): Tensor {
  if (typeof q !== 'number') return scope(() => stack(q.map((each) => nanquantile(x, each, dim, options))));
  if (!(q >= 0 && q <= 1)) {
    throw new ConfigError(`nanquantile cannot take q = ${q}`, { op: 'nanquantile', expected: 'numbers from 0 to 1' });
  }
  const { keepdim = false, interpolation = 'linear' } = options;
  return scope(() => {
    const float = toFloat(x);
    const flat = dim === undefined ? ops.reshape(float, [x.size]) : float;
    const along = dim === undefined ? 0 : dimension('nanquantile', x.shape, dim, x.ndim);
    const { values } = sort(flat, { dim: along });
    const count = flat.eq(flat).sum(along, { keepdim: true }).to(float.dtype);
    const place = ops.mul(ops.maximum(ops.sub(count, 1), 0), q);
    const [low, high] = [ops.floor(place), ops.ceil(place)];
    const pick = (position: Tensor) => ops.gather(values, ops.cast(position, 'int32'), along);
    const weight = {
      linear: () => ops.sub(place, low),
      lower: () => ops.full(place.shape, 0, place.dtype),
      higher: () => ops.sub(high, low),
      midpoint: () => ops.mul(ops.sub(high, low), 0.5),
      nearest: () => ops.sub(ops.round(place), low),
    }[interpolation]();
    const [a, b] = [pick(low), pick(high)];
    const partly = ops.where(ops.eq(weight, 1), b, ops.add(a, ops.mul(ops.sub(b, a), weight)));
    const between = ops.where(ops.eq(weight, 0), a, partly);
    if (dim === undefined) return ops.reshape(between, keepdim ? x.shape.map(() => 1) : []);
    return keepdim ? between : between.squeeze(along);
  });
}

/** As `unique`, of neighbors alone: one for each run of equal elements, row by row, or of equal slices of a dimension. */
export function uniqueConsecutive(x: Tensor, options: UniqueOptions = {}): Promise<Unique> {
  return distinct('uniqueConsecutive', x, options, true);
}
