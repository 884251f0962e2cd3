import type { Shape } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import type { Tensor } from '../tensor.ts';

/**
 * A dimension counted from the front; negative ones count from the back.
 *
 * @param rank how many there are. By default a scalar may be addressed as if it had one, as in PyTorch; what walks along it gives `x.ndim`
 */
export function dimension(op: string, shape: Shape, dim: number, rank = shape.length || 1): number {
  const from = dim < 0 ? dim + rank : dim;
  if (Number.isInteger(dim) && from >= 0 && from < rank) return from;
  throw new ShapeError(`${op} has no dimension ${dim} in a tensor of shape [${shape}]`, {
    op,
    shapes: [shape],
    expected: rank ? `${-rank} to ${rank - 1}` : undefined,
  });
}

export type Dims = number | readonly number[] | undefined;

/** Ascending dimensions without repetition; none given means all. */
export function dimensions(op: string, { shape }: Tensor, dims: Dims): number[] {
  if (dims === undefined) return shape.map((_, d) => d);
  const list = typeof dims === 'number' ? [dims] : dims;
  if (list.length === 0) return shape.map((_, d) => d);
  const found = new Set(list.map((dim) => dimension(op, shape, dim)));
  if (found.size !== list.length) {
    throw new ShapeError(`${op} was given a dimension twice: [${list}]`, { op, shapes: [shape] });
  }
  return shape.length === 0 ? [] : [...found].sort((a, b) => a - b);
}

/** The shape without some dimensions, or with size 1 in their place. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  return shape.flatMap((extent, d) => (dims.includes(d) ? (keepdim ? [1] : []) : [extent]));
}
