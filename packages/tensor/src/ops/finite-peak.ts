import * as ops from '../autograd/operations.ts';
import type { Tensor } from '../tensor.ts';
import { reducedShape } from './dims.ts';

/**
 * The maximum over dimensions, which stay: what exponents are shifted by. 0 of nothing, and where it is infinite and shifting by it
 * would give NaN. A constant for the gradient: it cancels.
 */
export function finitePeak(x: Tensor, over: readonly number[]): Tensor {
  if (over.some((dim) => x.shape[dim] === 0)) return ops.full(reducedShape(x.shape, over, true), 0, x.dtype);
  const peak = ops.amax(x.detach(), over);
  return ops.where(ops.lt(ops.abs(peak), Infinity), peak, 0);
}
