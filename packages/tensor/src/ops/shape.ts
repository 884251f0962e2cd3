import { type Shape, sameShape, sizeOf } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastTo } from './broadcast.ts';
import { dimension } from './dims.ts';
import { methods } from './method.ts';

/** The same elements, row by row, in another shape; one size may be -1 and is then what is left. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return ops.reshape(x, inferSize(x, shape));
}

/** As `reshape`. A view where strides allow it, a copy where they do not. */
export const view: (x: Tensor, shape: Shape) => Tensor = reshape;

/** Dimensions `start` to `end` joined into one. Defaults: all. */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  if (x.ndim === 0) return ops.reshape(x, [1]);
  const [first, last] = [dimension('flatten', x.shape, start), dimension('flatten', x.shape, end)];
  const joined = sizeOf(x.shape.slice(first, last + 1));
  return ops.reshape(x, [...x.shape.slice(0, first), joined, ...x.shape.slice(last + 1)]);
}

/** One dimension taken apart into several; one of them may be -1. */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  const at = dimension('unflatten', x.shape, dim);
  const rest = [...x.shape.slice(0, at), ...x.shape.slice(at + 1)];
  const known = sizes.includes(-1)
    ? sizes.map((size) => (size === -1 ? x.size / sizeOf(rest) / -sizeOf(sizes) : size))
    : sizes;
  return ops.reshape(x, [...x.shape.slice(0, at), ...known, ...x.shape.slice(at + 1)]);
}

/** Without dimensions of size 1: the given ones, or all of them. */
export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  const asked =
    dim === undefined
      ? undefined
      : (typeof dim === 'number' ? [dim] : dim).map((d) => dimension('squeeze', x.shape, d));
  const shape = x.shape.filter((extent, d) => extent !== 1 || (asked && !asked.includes(d)));
  return ops.reshape(x, shape);
}

/** A dimension of size 1 put in before `dim`. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const at = dimension('unsqueeze', x.shape, dim, x.ndim + 1);
  return ops.reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Dimension d of the result is dimension `dims[d]` of x. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  return ops.permute(
    x,
    dims.map((dim) => dimension('permute', x.shape, dim)),
  );
}

/** Two dimensions exchanged. */
export function transpose(x: Tensor, a: number, b: number): Tensor {
  const [first, second] = [dimension('transpose', x.shape, a), dimension('transpose', x.shape, b)];
  const dims = x.shape.map((_, d) => (d === first ? second : d === second ? first : d));
  return ops.permute(x, dims);
}

/** A matrix transposed; vectors and scalars stay. */
export function t(x: Tensor): Tensor {
  if (x.ndim > 2) {
    throw new ShapeError('t() transposes matrices', {
      op: 't',
      shapes: [x.shape],
      remedy: 'name the dimensions: x.transpose(a, b)',
    });
  }
  return x.ndim === 2 ? ops.permute(x, [1, 0]) : x;
}

/** A dimension, or several, moved to other places; the rest keep their order. */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const list = (dims: number | readonly number[]) =>
    (typeof dims === 'number' ? [dims] : dims).map((dim) => dimension('movedim', x.shape, dim));
  const [from, to] = [list(source), list(destination)];
  const order = new Array<number>(x.ndim).fill(-1);
  to.forEach((place, i) => {
    order[place] = from[i] as number;
  });
  const rest = x.shape.map((_, d) => d).filter((d) => !from.includes(d));
  return ops.permute(
    x,
    order.map((dim) => (dim === -1 ? (rest.shift() as number) : dim)),
  );
}

/** Repeated to a larger shape without copying; -1 leaves a size as it is. */
export function expand(x: Tensor, shape: Shape): Tensor {
  const missing = shape.length - x.ndim;
  return broadcastTo(
    x,
    shape.map((extent, d) => (extent === -1 ? (x.shape[d - missing] ?? -1) : extent)),
  );
}

/** Repeated as a whole, `times[d]` times along dimension d. */
export function repeat(x: Tensor, times: readonly number[]): Tensor {
  if (times.length < x.ndim) {
    throw new ShapeError(`repeat needs a count for each of ${x.ndim} dimensions`, {
      op: 'repeat',
      shapes: [x.shape],
      got: `[${times}]`,
    });
  }
  return scope(() => {
    const shape = [...new Array<number>(times.length - x.ndim).fill(1), ...x.shape];
    const spaced = ops.reshape(
      x,
      shape.flatMap((extent) => [1, extent]),
    );
    const grown = ops.expand(
      spaced,
      shape.flatMap((extent, d) => [times[d] as number, extent]),
    );
    return ops.reshape(
      grown,
      shape.map((extent, d) => extent * (times[d] as number)),
    );
  });
}

/** As `repeat`, with 1 for the leading dimensions that are not given. */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  return repeat(x, [...new Array<number>(Math.max(0, x.ndim - times.length)).fill(1), ...times]);
}

/** In reverse along the given dimensions. */
export function flip(x: Tensor, dims: number | readonly number[]): Tensor {
  const list = (typeof dims === 'number' ? [dims] : dims).map((dim) => dimension('flip', x.shape, dim));
  if (x.size === 0) return x;
  return ops.slice(
    x,
    x.shape.map((extent, d) => (list.includes(d) ? extent - 1 : 0)),
    x.shape.map((_, d) => (list.includes(d) ? -1 : 1)),
    x.shape,
  );
}

/** With memory of its own, row by row; itself if it has that already. */
export function contiguous(x: Tensor): Tensor {
  return x.isContiguous ? x : ops.copy(x);
}

/** A copy with memory of its own, through which gradients flow. */
export const clone: (x: Tensor) => Tensor = ops.copy;

function inferSize(x: Tensor, shape: Shape): Shape {
  const open = shape.indexOf(-1);
  if (open === -1) return sameShape(shape, x.shape) ? x.shape : shape;
  const known = shape.reduce((size, extent, d) => (d === open ? size : size * extent), 1);
  if (shape.lastIndexOf(-1) !== open || known === 0 || x.size % known !== 0) {
    throw new ShapeError(`[${x.shape}] cannot become [${shape}]`, {
      op: 'reshape',
      shapes: [x.shape],
      expected: `one -1, and sizes that divide ${x.size}`,
    });
  }
  return shape.map((extent, d) => (d === open ? x.size / known : extent));
}

declare module '../tensor.ts' {
  interface Tensor {
    reshape(shape: Shape): Tensor;
    view(shape: Shape): Tensor;
    flatten(start?: number, end?: number): Tensor;
    squeeze(dim?: number | readonly number[]): Tensor;
    unsqueeze(dim: number): Tensor;
    permute(dims: readonly number[]): Tensor;
    transpose(a: number, b: number): Tensor;
    t(): Tensor;
    expand(shape: Shape): Tensor;
    broadcastTo(shape: Shape): Tensor;
    flip(dims: number | readonly number[]): Tensor;
    contiguous(): Tensor;
    clone(): Tensor;
  }
}

methods({ reshape, view, flatten, squeeze, unsqueeze, permute, transpose, t });
methods({ expand, broadcastTo, flip, contiguous, clone });
