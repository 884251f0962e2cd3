import type { DType, Shape } from '@evenkeel/backend';

/** A tensor as the host sees it: its elements row by row. A bool is 0 or 1. */
export interface HostTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: readonly number[];
}

/** What a number becomes when it is stored in a dtype. */
export function store(dtype: DType, value: number): number {
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'float64') return value;
  if (dtype === 'float16') return Math.f16round(value);
  return dtype === 'bool' ? Number(value !== 0) : Math.trunc(value) | 0;
}

/** Every position of a shape, row by row. */
export function positionsOf(shape: Shape): number[][] {
  let positions: number[][] = [[]];
  for (const extent of shape) {
    positions = positions.flatMap((position) => Array.from({ length: extent }, (_, i) => [...position, i]));
  }
  return positions;
}

/** Where the element at a position is, row by row. */
export function linear(shape: Shape, position: readonly number[]): number {
  return shape.reduce((sum, extent, d) => sum * extent + (position[d] as number), 0);
}

/** The element at a position. */
export function elementAt({ shape, values }: HostTensor, position: readonly number[]): number {
  return values[linear(shape, position)] as number;
}
