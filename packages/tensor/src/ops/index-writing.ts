import { sizeOf } from '@evenkeel/backend';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';
import { maskedFill } from './comparison.ts';
import { dimension } from './dims.ts';
import { gather, indexAdd, scatter, scatterAdd } from './indexing.ts';
import { cat } from './joining.ts';
import { pad } from './padding.ts';
import { counted, flatPositions } from './positions.ts';
import { movedim } from './shape.ts';
import { select, slice, index as sliced } from './slicing.ts';

/** The elements at positions of the flattened tensor, in the shape of `index` (int32). */
export function take(x: Tensor, index: Tensor): Tensor {
  return scope(() => {
    const flat = ops.reshape(x, [x.size]);
    return ops.reshape(gather(flat, 0, ops.reshape(counted(index, x.size), [index.size])), index.shape);
  });
}

export interface PutOptions {
  /** Whether to add instead of replacing. Default false. */
  readonly accumulate?: boolean;
}

/** x with `source` put at positions of the flattened tensor; they must not repeat unless it accumulates. */
export function put(x: Tensor, index: Tensor, source: Tensor, { accumulate = false }: PutOptions = {}): Tensor {
  return scope(() => {
    const flat = ops.reshape(x, [x.size]);
    const places = ops.reshape(counted(index, x.size), [index.size]);
    const values = ops.reshape(source, [source.size]);
    const write = accumulate ? scatterAdd : scatter;
    return ops.reshape(write(flat, 0, places, values), x.shape);
  });
}

/** x with the slices of `source` in place of those at the positions `index` (one dimension, not repeating) of `dim`. */
export function indexCopy(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const along = dimension('indexCopy', x.shape, dim, x.ndim);
  return scope(() => scatter(x, along, spread(index, source, along), source));
}

/** x with one value, a number or a tensor without dimensions, at the positions `index` (one dimension) of `dim`. */
export function indexFill(x: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor {
  const along = dimension('indexFill', x.shape, dim, x.ndim);
  return scope(() => {
    const extent = x.shape[along] as number;
    const hits = ops.scatterAdd(ops.full(index.shape, 1, 'int32'), counted(index, extent), 0, extent);
    const aligned = ops.reshape(
      ops.gt(hits, 0),
      x.shape.map((size, d) => (d === along ? size : 1)),
    );
    return maskedFill(x, aligned, value);
  });
}

/**
 * x with `values` put at positions of its leading dimensions, one tensor of positions (int32) for each; they broadcast against each
 * other, and the values against the result of indexing with them. Positions must not repeat unless it accumulates.
 */
export function indexPut(
  x: Tensor,
  indices: readonly Tensor[],
  values: Tensor,
  { accumulate = false }: PutOptions = {},
): Tensor {
  if (indices.length === 0 || indices.length > x.ndim) {
    throw new ShapeError(`indexPut got ${indices.length} tensors of positions for [${x.shape}]`, {
      op: 'indexPut',
      shapes: [x.shape],
      expected: `1 to ${x.ndim}`,
    });
  }
  const [lead, rest] = [x.shape.slice(0, indices.length), x.shape.slice(indices.length)];
  return scope(() => {
    const place = flatPositions('indexPut', indices, lead);
    const source = ops.reshape(broadcastTo(values, [...place.shape, ...rest]), [place.size, ...rest]);
    const rows = ops.reshape(x, [sizeOf(lead), ...rest]);
    const write = accumulate ? indexAdd : indexCopy;
    return ops.reshape(write(rows, 0, ops.reshape(place, [place.size]), source), x.shape);
  });
}

/** x with the elements of `source`, row by row, in place of those where the mask holds. */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  return scope(() => {
    const shape = broadcastShapes('maskedScatter', x.shape, mask.shape);
    const here = ops.reshape(broadcastTo(ops.cast(mask, 'bool'), shape), [sizeOf(shape)]);
    const order = ops.scan(ops.cast(here, 'int32'), { dim: 0, fn: 'sum', reverse: false });
    const places = ops.where(here, ops.sub(order, 1), 0);
    const flat = ops.reshape(source, [source.size]);
    const taken = source.size === 0 ? ops.full(places.shape, 0, source.dtype) : ops.gather(flat, places, 0);
    const old = ops.reshape(broadcastTo(x, shape), [sizeOf(shape)]);
    return ops.reshape(ops.where(here, taken, old), shape);
  });
}

export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

export interface ScatterReduceOptions {
  /** Whether what x holds takes part where something arrives. Default true. */
  readonly includeSelf?: boolean;
}

/**
 * x with `source` folded in at `index` along `dim`. 'prod', 'amax' and 'amin' spread a line's elements over all its places: their
 * work and memory grow with places times elements. Ties of 'amax' and 'amin' share the gradient.
 */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: ScatterReduction,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  const along = dimension('scatterReduce', x.shape, dim, x.ndim);
  if (!['sum', 'prod', 'mean', 'amax', 'amin'].includes(reduce)) {
    throw new ConfigError(`scatterReduce cannot fold by "${reduce}"`, {
      op: 'scatterReduce',
      expected: 'sum, prod, mean, amax or amin',
    });
  }
  return scope(() => {
    const zeros = ops.full(x.shape, 0, 'int32');
    const hits = scatterAdd(zeros, along, index, ops.full(index.shape, 1, 'int32'));
    const missed = ops.eq(hits, 0);
    if (reduce === 'sum' || reduce === 'mean') {
      const start = includeSelf ? x : ops.where(missed, x, 0);
      const total = scatterAdd(start, along, index, source);
      if (reduce === 'sum') return total;
      const count = includeSelf ? ops.add(hits, 1) : ops.maximum(hits, 1);
      const parts = ops.cast(count, x.dtype);
      return x.dtype === 'int32' ? total.div(parts, { roundingMode: 'floor' }) : ops.div(total, parts);
    }
    const folded = foldLines(x, along, index, source, reduce, includeSelf);
    return includeSelf ? folded : ops.where(missed, x, folded);
  });
}

/** As `scatterReduce`, with whole slices of `source` at the positions `index` (one dimension) of `dim`. */
export function indexReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<ScatterReduction, 'sum'>,
  options: ScatterReduceOptions = {},
): Tensor {
  const along = dimension('indexReduce', x.shape, dim, x.ndim);
  return scope(() => scatterReduce(x, along, spread(index, source, along), source, reduce, options));
}

/** x with `source` at one position of a dimension: the reverse of `select`. */
export function selectScatter(x: Tensor, source: Tensor, dim: number, index: number): Tensor {
  const along = dimension('selectScatter', x.shape, dim, x.ndim);
  return scope(() => {
    const grown = ops.reshape(
      source,
      x.shape.map((extent, d) => (d === along ? 1 : extent)),
    );
    const position = select(range(x, along), 0, index);
    return ops.where(at(x, along, ops.reshape(position, [1])), broadcastTo(grown, x.shape), x);
  });
}

/** x with `source` at `start`, `start + step`, … before `end` of a dimension: the reverse of `slice`. */
export function sliceScatter(x: Tensor, source: Tensor, dim = 0, start = 0, end?: number, step = 1): Tensor {
  const along = dimension('sliceScatter', x.shape, dim, x.ndim);
  return scope(() => indexCopy(x, along, slice(range(x, along), 0, start, end, step).contiguous(), source));
}

/** The positions of one dimension, in order. */
function range(x: Tensor, along: number): Tensor {
  return ops.iota([x.shape[along] as number], 0);
}

function at(x: Tensor, along: number, position: Tensor): Tensor {
  const here = ops.iota(x.shape, along);
  return ops.eq(here, broadcastTo(position, x.shape));
}

/** Positions of one dimension repeated over all the others of `source`. */
function spread(index: Tensor, source: Tensor, along: number): Tensor {
  const aligned = source.shape.map((_, d) => (d === along ? index.size : 1));
  return broadcastTo(ops.reshape(index, aligned), source.shape);
}

/** One row per place, with the neutral element where an element goes elsewhere, and folded. */
function foldLines(
  x: Tensor,
  along: number,
  index: Tensor,
  source: Tensor,
  reduce: 'prod' | 'amax' | 'amin',
  includeSelf: boolean,
): Tensor {
  const neutral = { prod: 1, amax: lowest(x), amin: -lowest(x) }[reduce];
  // Lines last, cut to the index; lines that nothing reaches hold the neutral element alone.
  const last = (t: Tensor) => movedim(t, along, -1);
  const cut = sliced(last(source), ...movedim(index, along, -1).shape.map((extent) => [0, extent] as const));
  const places = x.shape[along] as number;
  const where = last(index);
  const table = [...where.shape.slice(0, -1), places, where.shape.at(-1) as number];
  const over = (t: Tensor) => broadcastTo(t.unsqueeze(-2), table);
  const row = ops.iota(table, table.length - 2);
  const spreadOut = ops.where(ops.eq(over(where), row), over(cut), neutral);
  const lead = last(x).shape.slice(0, -1);
  const missing = lead.map((extent, d) => extent - (table[d] as number));
  const grown = pastEnd(spreadOut, missing, neutral);
  const own = includeSelf ? [last(x).unsqueeze(-1)] : [];
  const folded = { prod: ops.prod, amax: ops.amax, amin: ops.amin }[reduce](cat([...own, grown], -1), [
    table.length - 1,
  ]);
  return movedim(ops.reshape(folded, [...lead, places]), -1, along);
}

function pastEnd(x: Tensor, missing: readonly number[], value: number): Tensor {
  if (missing.every((count) => count === 0)) return x;
  const counts = x.shape.flatMap((_, d) => [0, missing[d] ?? 0]);
  const reversed: number[] = [];
  for (let d = x.ndim - 1; d >= 0; d--) reversed.push(counts[2 * d] as number, counts[2 * d + 1] as number);
  return pad(x, reversed, { value });
}

function lowest({ dtype }: Tensor): number {
  return dtype === 'int32' ? -(2 ** 31) : -Infinity;
}
