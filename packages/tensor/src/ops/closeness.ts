import { isFloat } from '@evenkeel/backend';
import * as ops from '../autograd/operations.ts';
import { item } from '../engine/read.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { combine } from './broadcast.ts';
import { isinf } from './comparison.ts';
import { all, any } from './reduction.ts';

export interface ClosenessOptions {
  /** Default 1e-5. */
  readonly rtol?: number;
  /** Default 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNan?: boolean;
}

/** Whether |a - b| ≤ atol + rtol · |b|, element by element; infinities are close to themselves alone. */
export function isclose(a: Tensor, b: TensorLike, options: ClosenessOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  return combine('isclose', a, b, (x, y) =>
    scope(() => {
      const equal = ops.eq(x, y);
      if (!isFloat(x.dtype)) return x.dtype === 'bool' ? equal : closeFloats(x, y, equal, rtol, atol);
      const same = equalNan ? ops.or(equal, ops.and(ops.ne(x, x), ops.ne(y, y))) : equal;
      return closeFloats(x, y, same, rtol, atol);
    }),
  );
}

/** Whether all elements are close; see `isclose`. */
export async function allclose(a: Tensor, b: TensorLike, options: ClosenessOptions = {}): Promise<boolean> {
  return isTrue(scope(() => all(isclose(a, b, options))));
}

/** Whether both have one shape and the same elements. */
export async function equal(a: Tensor, b: Tensor): Promise<boolean> {
  if (a.ndim !== b.ndim || a.shape.some((extent, d) => extent !== b.shape[d])) return false;
  return isTrue(scope(() => all(combine('equal', a, b, ops.eq))));
}

/** Whether each element is ∞. */
export function isposinf(x: Tensor): Tensor {
  return scope(() => ops.and(isinf(x), ops.gt(x, 0)));
}

/** Whether each element is -∞. */
export function isneginf(x: Tensor): Tensor {
  return scope(() => ops.and(isinf(x), ops.lt(x, 0)));
}

export interface IsinOptions {
  /** Whether to say which elements are not among them. Default false. */
  readonly invert?: boolean;
}

/** Whether each element is one of `testElements`; compares all with all. */
export function isin(elements: Tensor, testElements: TensorLike, { invert = false }: IsinOptions = {}): Tensor {
  return scope(() => {
    const tests = typeof testElements === 'number' ? testElements : ops.reshape(testElements, [testElements.size]);
    const each = ops.reshape(elements, [...elements.shape, 1]);
    const found = any(combine('isin', each, tests, ops.eq), -1);
    return invert ? ops.not(found) : found;
  });
}

function closeFloats(x: Tensor, y: Tensor, same: Tensor, rtol: number, atol: number): Tensor {
  const [a, b] = isFloat(x.dtype) ? [x, y] : [ops.cast(x, 'float32'), ops.cast(y, 'float32')];
  const distance = ops.abs(ops.sub(a, b));
  const allowed = ops.add(ops.mul(ops.abs(b), rtol), atol);
  const near = ops.and(ops.lt(distance, Infinity), ops.le(distance, allowed));
  return ops.or(same, near);
}

async function isTrue(answer: Tensor): Promise<boolean> {
  const value = await item(answer);
  answer.release();
  return value === 1;
}
