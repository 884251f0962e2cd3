import type { DType } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';
import { dimension } from './dims.ts';
import { methods } from './method.ts';
import { expectPositions } from './positions.ts';

/** `out[…, i, …] = x[…, index[…, i, …], …]` along `dim`. The index may be smaller than x elsewhere. */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const along = dimension('gather', x.shape, dim, x.ndim);
  expectPositions('gather', index);
  return scope(() => ops.gather(fit(x, along, index), index, along));
}

/** The positions `index` (one dimension, int32) of a dimension. */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const along = dimension('indexSelect', x.shape, dim, x.ndim);
  expectPositions('indexSelect', index, 1);
  return scope(() => ops.gather(x, alongDimension(index, x, along), along));
}

/** As `gather`, with x and index broadcast against each other outside `dim`; without `dim`, from all elements flattened. */
export function takeAlongDim(x: Tensor, index: Tensor, dim?: number): Tensor {
  if (dim === undefined) return scope(() => gather(ops.reshape(x, [x.size]), 0, ops.reshape(index, [index.size])));
  const along = dimension('takeAlongDim', x.shape, dim, x.ndim);
  expectPositions('takeAlongDim', index);
  return scope(() => {
    const one = (shape: readonly number[]) => shape.map((extent, d) => (d === along ? 1 : extent));
    const shape = broadcastShapes('takeAlongDim', one(x.shape), one(index.shape));
    const at = (source: Tensor) =>
      broadcastTo(
        source,
        shape.map((extent, d) => (d === along ? (source.shape[d] as number) : extent)),
      );
    return ops.gather(at(x), at(index), along);
  });
}

/** x with `source` added at `index` along `dim`; positions may repeat. Sums in order: the same bits at every run. */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const along = dimension('scatterAdd', x.shape, dim, x.ndim);
  expectPositions('scatterAdd', index);
  return scope(() => {
    const size = x.shape[along] as number;
    const added = ops.scatterAdd(fit(source, -1, index), index, along, size);
    return ops.add(x, grow(added, x));
  });
}

/** x with `source` put in at `index` along `dim`. Where positions repeat, their values are not defined by order in PyTorch; here they must not. */
export function scatter(x: Tensor, dim: number, index: Tensor, source: Tensor | number): Tensor {
  const along = dimension('scatter', x.shape, dim, x.ndim);
  expectPositions('scatter', index);
  return scope(() => {
    const size = x.shape[along] as number;
    const values = typeof source === 'number' ? ops.full(index.shape, source, x.dtype) : fit(source, -1, index);
    const hits = grow(ops.scatterAdd(ops.full(index.shape, 1, 'int32'), index, along, size), x);
    const put = grow(ops.scatterAdd(values, index, along, size), x);
    return ops.where(ops.gt(hits, 0), put, x);
  });
}

export interface IndexAddOptions {
  /** The factor of what is added. Default 1. */
  readonly alpha?: number;
}

/** x with the slices of `source` added at the positions `index` (one dimension) of `dim`. */
export function indexAdd(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  { alpha = 1 }: IndexAddOptions = {},
): Tensor {
  const along = dimension('indexAdd', x.shape, dim, x.ndim);
  expectPositions('indexAdd', index, 1);
  return scope(() => {
    const added = ops.scatterAdd(source, alongDimension(index, source, along), along, x.shape[along] as number);
    return ops.add(x, alpha === 1 ? added : ops.mul(added, alpha));
  });
}

/** 1 at each position's class and 0 elsewhere, in a new last dimension; int32 unless a dtype is given. */
export function oneHot(x: Tensor, classes: number, dtype: DType = 'int32'): Tensor {
  expectPositions('oneHot', x);
  return scope(() => {
    const shape = [...x.shape, classes];
    const place = ops.iota(shape, x.ndim);
    return ops.cast(ops.eq(broadcastTo(ops.reshape(x, [...x.shape, 1]), shape), place), dtype);
  });
}

/** The lower triangle of the last two dimensions; zeros above diagonal k. */
export function tril(x: Tensor, k = 0): Tensor {
  return triangle(x, (row, column) => ops.le(column, ops.add(row, k)));
}

/** The upper triangle of the last two dimensions; zeros below diagonal k. */
export function triu(x: Tensor, k = 0): Tensor {
  return triangle(x, (row, column) => ops.ge(column, ops.add(row, k)));
}

/** The k-th diagonal of dimensions `a` and `b`, as the last dimension. */
export function diagonal(x: Tensor, k = 0, a = 0, b = 1): Tensor {
  const rank = x.ndim;
  const [first, second] = [dimension('diagonal', x.shape, a), dimension('diagonal', x.shape, b)];
  const rest = x.shape.map((_, d) => d).filter((d) => d !== first && d !== second);
  return scope(() => {
    const last = ops.permute(x, [...rest, first, second]);
    const [rows, columns] = [last.shape[rank - 2] as number, last.shape[rank - 1] as number];
    const [top, left] = [Math.max(0, -k), Math.max(0, k)];
    const length = Math.max(0, Math.min(rows - top, columns - left));
    const lead = last.shape.slice(0, -2);
    const flat = ops.reshape(last, [...lead, rows * columns]);
    return ops.slice(
      flat,
      [...lead.map(() => 0), length === 0 ? 0 : top * columns + left],
      [...lead.map(() => 1), columns + 1],
      [...lead, length],
    );
  });
}

/** A vector put on the k-th diagonal of a square matrix, or the k-th diagonal of a matrix. */
export function diag(x: Tensor, k = 0): Tensor {
  if (x.ndim === 2) return diagonal(x, k);
  if (x.ndim !== 1) {
    throw new ShapeError('diag takes a vector or a matrix', { op: 'diag', shapes: [x.shape] });
  }
  return scope(() => {
    const side = x.size + Math.abs(k);
    const padded = ops.pad(x, [Math.max(0, -k)], [Math.max(0, k)], [0]);
    const rows = broadcastTo(ops.reshape(padded, [side, 1]), [side, side]);
    return triangle(rows, (row, column) => ops.eq(column, ops.add(row, k)));
  });
}

/** x cut to the index's extents, but along `along`. */
function fit(x: Tensor, along: number, index: Tensor): Tensor {
  const shape = x.shape.map((extent, d) => (d === along ? extent : (index.shape[d] as number)));
  if (x.ndim !== index.ndim || shape.some((extent, d) => extent > (x.shape[d] as number))) {
    throw new ShapeError('an index cannot be larger than what it points into', {
      shapes: [x.shape, index.shape],
      expected: 'as many dimensions, each at most as large',
    });
  }
  if (shape.every((extent, d) => extent === x.shape[d])) return x;
  return ops.slice(
    x,
    shape.map(() => 0),
    shape.map(() => 1),
    shape,
  );
}

/** Zeros added behind until the shape is that of `like`. */
function grow(x: Tensor, like: Tensor): Tensor {
  const after = like.shape.map((extent, d) => extent - (x.shape[d] as number));
  const none = after.map(() => 0);
  return after.every((count) => count === 0) ? x : ops.pad(x, none, after, none);
}

/** Positions of one dimension repeated over all the others of x. */
function alongDimension(index: Tensor, x: Tensor, along: number): Tensor {
  const aligned = x.shape.map((_, d) => (d === along ? index.size : 1));
  const full = x.shape.map((extent, d) => (d === along ? index.size : extent));
  return ops.expand(ops.reshape(index, aligned), full);
}

function triangle(x: Tensor, inside: (row: Tensor, column: Tensor) => Tensor): Tensor {
  if (x.ndim < 2) {
    throw new ShapeError('a triangle needs at least two dimensions', { shapes: [x.shape] });
  }
  return scope(() => {
    const shape = x.shape.slice(-2);
    const row = ops.iota(shape, 0);
    const column = ops.iota(shape, 1);
    return ops.where(broadcastTo(inside(row, column), x.shape), x, 0);
  });
}

declare module '../tensor.ts' {
  interface Tensor {
    gather(dim: number, index: Tensor): Tensor;
    indexSelect(dim: number, index: Tensor): Tensor;
  }
}

methods({ gather, indexSelect });
