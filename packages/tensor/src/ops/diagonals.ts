import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastTo } from './broadcast.ts';
import { dimension } from './dims.ts';
import { diag, diagonal } from './indexing.ts';
import { movedim } from './shape.ts';

export interface DiagEmbedOptions {
  /** Which diagonal. Default 0. */
  readonly offset?: number;
  /** Default -2. */
  readonly dim1?: number;
  /** Default -1. */
  readonly dim2?: number;
}

/** Square matrices of zeros with the last dimension on a diagonal. */
export function diagEmbed(x: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: DiagEmbedOptions = {}): Tensor {
  const rank = x.ndim + 1;
  const [first, second] = [dim1, dim2].map((dim) => dimension('diagEmbed', x.shape, dim, rank)) as [number, number];
  if (first === second || x.ndim === 0) {
    throw new ShapeError('diagEmbed needs a vector and two dimensions', { op: 'diagEmbed', shapes: [x.shape] });
  }
  return scope(() => {
    const side = (x.shape.at(-1) as number) + Math.abs(offset);
    const none = x.shape.map(() => 0);
    const around = (count: number) => [...none.slice(1), Math.max(0, count)];
    const padded = ops.pad(x, around(-offset), around(offset), none);
    const lead = x.shape.slice(0, -1);
    const rows = broadcastTo(ops.reshape(padded, [...lead, side, 1]), [...lead, side, side]);
    const square = ops.where(onDiagonal(rows.shape, offset), rows, 0);
    // The row that an element came from is its own; with dim1 behind dim2 the matrix is transposed.
    return movedim(square, [-2, -1], [first, second]);
  });
}

/** All elements, row by row, on the k-th diagonal of a square matrix. */
export function diagflat(x: Tensor, k = 0): Tensor {
  return scope(() => diag(ops.reshape(x, [x.size]), k));
}

/** The sum of a matrix's diagonal. */
export function trace(x: Tensor): Tensor {
  if (x.ndim !== 2) throw new ShapeError('trace takes a matrix', { op: 'trace', shapes: [x.shape] });
  return scope(() => diagonal(x).sum());
}

/** x with `source` on the k-th diagonal of dimensions `a` and `b`: the reverse of `diagonal`. */
export function diagonalScatter(x: Tensor, source: Tensor, k = 0, a = 0, b = 1): Tensor {
  const [first, second] = [a, b].map((dim) => dimension('diagonalScatter', x.shape, dim)) as [number, number];
  return scope(() => {
    const matrices = movedim(x, [first, second], [-2, -1]);
    const [rows, columns] = matrices.shape.slice(-2) as [number, number];
    const [top, left] = [Math.max(0, -k), Math.max(0, k)];
    const length = Math.max(0, Math.min(rows - top, columns - left));
    if (source.shape.at(-1) !== length) {
      throw new ShapeError(`diagonalScatter needs ${length} elements`, {
        op: 'diagonalScatter',
        shapes: [x.shape, source.shape],
      });
    }
    const none = source.shape.map(() => 0);
    const column = ops.pad(source, [...none.slice(1), top], [...none.slice(1), rows - top - length], none);
    const spread = broadcastTo(ops.reshape(column, [...column.shape, 1]), matrices.shape);
    const put = ops.where(onDiagonal(matrices.shape, k), spread, matrices);
    return movedim(put, [-2, -1], [first, second]);
  });
}

/** Whether a place of the last two dimensions lies on the k-th diagonal. */
function onDiagonal(shape: readonly number[], k: number): Tensor {
  const row = ops.iota(shape, shape.length - 2);
  const column = ops.iota(shape, shape.length - 1);
  return ops.eq(column, ops.add(row, k));
}
