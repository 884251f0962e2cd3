import type { Shape, Strides } from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';

/** An input as memory is walked for it. Without strides it is one number everywhere: an argument, not memory. */
export interface Operand extends Spec {
  readonly strides: Strides | undefined;
}

/**
 * Where a view's first element lies within the memory that it touches: 0, or further in where a stride is negative.
 * A binding begins at the lowest element, so that an index is never negative.
 */
export function firstElement(shape: Shape, strides: Strides): number {
  let first = 0;
  strides.forEach((stride, d) => {
    if (stride < 0) first -= stride * ((shape[d] as number) - 1);
  });
  return first;
}

/** Elements from the lowest to the highest that a view touches. */
export function extentOf(shape: Shape, strides: Strides): number {
  let extent = 1;
  strides.forEach((stride, d) => {
    extent += Math.abs(stride) * ((shape[d] as number) - 1);
  });
  return extent;
}
