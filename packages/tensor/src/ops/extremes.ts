import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { dimension } from './dims.ts';
import { methods } from './method.ts';
import { amax, amin, argmax, argmin, type ReduceOptions } from './reduction.ts';

/** Elements and where along the dimension they were found (int32). */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

interface Extreme {
  (x: Tensor): Tensor;
  (x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
}

/** The largest element of all; or along one dimension with its position, to which alone the gradient goes. */
export const max = extremeBy(amax, argmax) as Extreme;

/** The smallest element of all; or along one dimension with its position, to which alone the gradient goes. */
export const min = extremeBy(amin, argmin) as Extreme;

function extremeBy(whole: typeof amax, where: typeof argmax) {
  return (x: Tensor, dim?: number, { keepdim = false }: ReduceOptions = {}) => {
    if (dim === undefined) return whole(x);
    const along = dimension('max', x.shape, dim);
    return scope(() => {
      if (x.ndim === 0) return { values: ops.copy(x), indices: where(x) };
      const indices = where(x, along, { keepdim: true });
      const values = ops.gather(x, indices, along);
      if (keepdim) return { values, indices };
      const shape = x.shape.filter((_, d) => d !== along);
      return { values: ops.reshape(values, shape), indices: ops.reshape(indices, shape) };
    });
  };
}

declare module '../tensor.ts' {
  interface Tensor {
    max(): Tensor;
    max(dim: number, options?: ReduceOptions): ValuesAndIndices;
    min(): Tensor;
    min(dim: number, options?: ReduceOptions): ValuesAndIndices;
  }
}

methods({ max, min });
