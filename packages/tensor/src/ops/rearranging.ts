import type { Shape } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastTo } from './broadcast.ts';
import { dimension } from './dims.ts';
import { flip, movedim, reshape, transpose } from './shape.ts';
import { narrow } from './slicing.ts';

/** All elements in one dimension. */
export function ravel(x: Tensor): Tensor {
  return ops.reshape(x, [x.size]);
}

/** As `transpose`. */
export function swapaxes(x: Tensor, a: number, b: number): Tensor {
  return transpose(x, a, b);
}

/** As `transpose`. */
export function swapdims(x: Tensor, a: number, b: number): Tensor {
  return transpose(x, a, b);
}

/** As `movedim`. */
export function moveaxis(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return movedim(x, source, destination);
}

/** The matrices in the last two dimensions transposed (real, so nothing is conjugated). */
export function adjoint(x: Tensor): Tensor {
  return transpose(x, -2, -1);
}

/** Turned by k quarters from the first of two dimensions toward the second. Defaults: 1, [0, 1]. */
export function rot90(x: Tensor, k = 1, dims: readonly [number, number] = [0, 1]): Tensor {
  const [a, b] = dims.map((dim) => dimension('rot90', x.shape, dim)) as [number, number];
  if (a === b || x.ndim < 2) {
    throw new ShapeError('rot90 turns a plane', { op: 'rot90', shapes: [x.shape], expected: 'two dimensions' });
  }
  const quarters = ((k % 4) + 4) % 4;
  return scope(() => {
    if (quarters === 1) return transpose(flip(x, b), a, b);
    if (quarters === 2) return flip(x, [a, b]);
    if (quarters === 3) return flip(transpose(x, a, b), b);
    return ops.copy(x);
  });
}

/** Columns in reverse: along dimension 1. */
export function fliplr(x: Tensor): Tensor {
  return flip(x, 1);
}

/** Rows in reverse: along dimension 0. */
export function flipud(x: Tensor): Tensor {
  return flip(x, 0);
}

/** A scalar as a vector of one; others as they are. */
export function atleast1d(x: Tensor): Tensor {
  return x.ndim >= 1 ? x : ops.reshape(x, [1]);
}

/** A vector as a row `[1, n]`, a scalar as `[1, 1]`; others as they are. */
export function atleast2d(x: Tensor): Tensor {
  return x.ndim >= 2 ? x : ops.reshape(x, [1, x.size]);
}

/** A matrix as `[m, n, 1]`, a vector as `[1, n, 1]`, a scalar as `[1, 1, 1]`; others as they are. */
export function atleast3d(x: Tensor): Tensor {
  if (x.ndim >= 3) return x;
  return ops.reshape(x, x.ndim === 2 ? [...x.shape, 1] : [1, x.size, 1]);
}

/** Broadcast to the shape of another. */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  return broadcastTo(x, other.shape);
}

/** As `reshape`, to the shape of another. */
export function viewAs(x: Tensor, other: Tensor): Tensor {
  return reshape(x, other.shape);
}

/** As `reshape`, to the shape of another. */
export function reshapeAs(x: Tensor, other: Tensor): Tensor {
  return reshape(x, other.shape);
}

/** As `narrow`, with memory of its own. */
export function narrowCopy(x: Tensor, dim: number, start: number, length: number): Tensor {
  return scope(() => ops.copy(narrow(x, dim, start, length)));
}

/** Broadcast along leading dimensions and summed where its own size is 1, to a given shape: the transpose of `expand`. */
export function sumToSize(x: Tensor, size: Shape): Tensor {
  const missing = x.ndim - size.length;
  const summed = x.shape.flatMap((extent, d) => {
    const wanted = size[d - missing];
    return d < missing || (wanted === 1 && extent !== 1) ? [d] : [];
  });
  const fits = missing >= 0 && size.every((extent, d) => extent === 1 || extent === x.shape[d + missing]);
  if (!fits) {
    throw new ShapeError(`[${x.shape}] cannot be summed to [${size}]`, { op: 'sumToSize', shapes: [x.shape, size] });
  }
  return scope(() => ops.reshape(summed.length === 0 ? x : ops.sum(x, summed), size));
}
