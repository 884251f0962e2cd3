import { DTypeError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';

/** A value's positions must be int32; what came as another integer on the host is int32 already. */
export function expectPositions(op: string, index: Tensor, rank?: number): void {
  if (index.dtype !== 'int32') {
    throw new DTypeError(`${op} needs positions as int32`, {
      op,
      got: index.dtype,
      remedy:
        index.dtype === 'bool'
          ? 'a mask picks by maskedSelect, or by the positions that nonzero finds'
          : "make them with tensor([...], { dtype: 'int32' }) or convert with .to('int32')",
    });
  }
  if (rank !== undefined && index.ndim !== rank) {
    throw new ShapeError(`${op} needs positions in ${rank} dimension`, {
      op,
      shapes: [index.shape],
    });
  }
}

/** Positions with negative ones counted from the back. */
export function counted(index: Tensor, extent: number): Tensor {
  return ops.where(ops.lt(index, 0), ops.add(index, extent), index);
}

/** Positions in several dimensions, which broadcast against each other, as positions in all of them flattened to one. */
export function flatPositions(op: string, indices: readonly Tensor[], extents: readonly number[]): Tensor {
  for (const index of indices) expectPositions(op, index);
  const [only] = indices;
  if (indices.length === 1) return counted(only as Tensor, extents[0] as number);
  const shape = broadcastShapes(op, ...indices.map((index) => index.shape));
  let flat = ops.full(shape, 0, 'int32');
  for (const [d, index] of indices.entries()) {
    const extent = extents[d] as number;
    // Read from the positions there are: one outside is seen here, and cannot point to a neighbor in the next dimension.
    const there = ops.iota([extent], 0);
    const position = ops.gather(there, ops.reshape(counted(index, extent), [index.size]), 0);
    flat = ops.add(ops.mul(flat, extent), broadcastTo(ops.reshape(position, index.shape), shape));
  }
  return flat;
}
