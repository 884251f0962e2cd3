/** Operations whose shape depends on values: they read them, so they return promises. */
import { sizeOf } from '@evenkeel/backend';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { tensor } from '../creation.ts';
import { data } from '../engine/read.ts';
import { scope } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';
import { dimension } from './dims.ts';
import { distinct, type Unique, type UniqueOptions } from './distinct.ts';
import { indexSelect } from './indexing.ts';

/** The elements where the mask holds, row by row, in one dimension; x and mask broadcast. The gradient goes back to them. */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  const shape = broadcastShapes('maskedSelect', x.shape, mask.shape);
  const found = positions(await data(broadcastTo(mask, shape)));
  return scope(() => {
    const flat = ops.reshape(broadcastTo(x, shape), [sizeOf(shape)]);
    return indexSelect(flat, 0, tensor(found));
  });
}

/** The positions of all elements that are not 0, row by row: `[count, ndim]`, int32. */
export async function nonzero(x: Tensor): Promise<Tensor> {
  const found = positions(await data(x));
  const result = new Int32Array(found.length * x.ndim);
  found.forEach((flat, i) => {
    let rest = flat;
    for (let d = x.ndim - 1; d >= 0; d--) {
      const extent = x.shape[d] as number;
      result[i * x.ndim + d] = rest % extent;
      rest = Math.floor(rest / extent);
    }
  });
  return tensor(result, { shape: [found.length, x.ndim] });
}

/** As `nonzero`. */
export const argwhere: typeof nonzero = nonzero;

export type { Unique, UniqueOptions } from './distinct.ts';

/**
 * The different values of all elements, in ascending order with NaN last; or with `dim` the different slices of a dimension, in
 * lexical order. Has no gradient.
 *
 * @throws ShapeError for slices without elements
 */
export function unique(x: Tensor, options: UniqueOptions = {}): Promise<Unique> {
  return distinct('unique', x, options, false);
}

/**
 * Each position of a dimension repeated in place. With a number of times for each position the result's extent depends on
 * values, so those come as an array, not as a tensor.
 */
export function repeatInterleave(x: Tensor, repeats: number | readonly number[], dim?: number): Tensor {
  return scope(() => {
    const input = dim === undefined ? ops.reshape(x, [x.size]) : x;
    const along = dimension('repeatInterleave', input.shape, dim ?? 0, input.ndim);
    const extent = input.shape[along] as number;
    const times = typeof repeats === 'number' ? new Array<number>(extent).fill(repeats) : repeats;
    if (times.length !== extent) {
      throw new ShapeError(`repeatInterleave needs ${extent} counts`, {
        op: 'repeatInterleave',
        shapes: [x.shape],
        got: `${times.length}`,
      });
    }
    const wrong = times.find((count) => !(Number.isInteger(count) && count >= 0));
    if (wrong !== undefined) {
      throw new ConfigError(`repeatInterleave cannot repeat ${wrong} times`, {
        op: 'repeatInterleave',
        expected: 'integers that are not negative',
      });
    }
    const index = Int32Array.from(times.flatMap((count, i) => new Array<number>(count).fill(i)));
    return indexSelect(input, along, tensor(index));
  });
}

/** How often each integer from 0 to `length - 1` occurs, or the sum of the weights there. */
export function bincount(x: Tensor, length: number, weights?: Tensor): Tensor {
  return scope(() => {
    const values = weights ?? new Tensor(x.shape, 'int32', 1);
    return ops.scatterAdd(values, x, 0, length);
  });
}

function positions(mask: ArrayLike<number>): Int32Array<ArrayBuffer> {
  const found: number[] = [];
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) found.push(i);
  return Int32Array.from(found);
}
