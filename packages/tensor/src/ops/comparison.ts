import { isFloat } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import { Tensor, type TensorLike } from '../tensor.ts';
import { broadcastShapes, broadcastTo, combine, meet } from './broadcast.ts';
import { methods } from './method.ts';

/** a = b, element by element, as bool. */
export const eq = (a: TensorLike, b: TensorLike): Tensor => combine('eq', a, b, ops.eq);
/** a ≠ b; NaN differs from everything. */
export const ne = (a: TensorLike, b: TensorLike): Tensor => combine('ne', a, b, ops.ne);
/** a < b. */
export const lt = (a: TensorLike, b: TensorLike): Tensor => combine('lt', a, b, ops.lt);
/** a ≤ b. */
export const le = (a: TensorLike, b: TensorLike): Tensor => combine('le', a, b, ops.le);
/** a > b. */
export const gt = (a: TensorLike, b: TensorLike): Tensor => combine('gt', a, b, ops.gt);
/** a ≥ b. */
export const ge = (a: TensorLike, b: TensorLike): Tensor => combine('ge', a, b, ops.ge);

const truth = (x: Tensor): Tensor => ops.cast(x, 'bool');
const logical =
  (name: string, fn: typeof ops.and) =>
  (a: Tensor, b: Tensor): Tensor =>
    scope(() => combine(name, truth(a), truth(b), fn));

/** Whether both are not 0. */
export const logicalAnd: (a: Tensor, b: Tensor) => Tensor = /* @__PURE__ */ logical('and', ops.and);
/** Whether at least one is not 0. */
export const logicalOr: (a: Tensor, b: Tensor) => Tensor = /* @__PURE__ */ logical('or', ops.or);
/** Whether exactly one is not 0. */
export const logicalXor: (a: Tensor, b: Tensor) => Tensor = /* @__PURE__ */ logical('xor', ops.xor);
/** Whether it is 0. */
export const logicalNot = (x: Tensor): Tensor => scope(() => ops.not(truth(x)));

/** Whether it is NaN. */
export const isnan = (x: Tensor): Tensor => ops.ne(x, x);
/** Whether it is an infinity. */
export const isinf = (x: Tensor): Tensor => (isFloat(x.dtype) ? scope(() => ops.eq(ops.abs(x), Infinity)) : never(x));
/** Whether it is neither NaN nor an infinity. */
export const isfinite = (x: Tensor): Tensor =>
  scope(() => (isFloat(x.dtype) ? ops.lt(ops.abs(x), Infinity) : ops.not(never(x))));

/** `a` where the condition holds, `b` elsewhere; all three broadcast. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  return scope(() => {
    const [left, right] = meet('where', a, b);
    const shape = broadcastShapes('where', condition.shape, left.shape, right.shape);
    return ops.where(broadcastTo(truth(condition), shape), broadcastTo(left, shape), broadcastTo(right, shape));
  });
}

/** `value`, a number or a tensor without dimensions, where the mask holds, x elsewhere; the mask broadcasts to x. */
export function maskedFill(x: Tensor, mask: Tensor, value: TensorLike): Tensor {
  if (typeof value !== 'number' && value.ndim > 0) {
    throw new ShapeError('maskedFill fills with one value', {
      op: 'maskedFill',
      shapes: [value.shape],
      expected: 'a number or a tensor without dimensions',
      remedy: 'where(mask, value, x) takes a value for each element',
    });
  }
  return scope(() => {
    const filling = typeof value === 'number' ? value : broadcastTo(ops.cast(value, x.dtype), x.shape);
    return ops.where(broadcastTo(truth(mask), x.shape), filling, x);
  });
}

export interface ClampOptions {
  readonly min?: TensorLike;
  readonly max?: TensorLike;
}

/** x held within [min, max]; NaN stays. The gradient passes at the limits too, as in PyTorch. */
export function clamp(x: Tensor, { min, max }: ClampOptions): Tensor {
  return scope(() => {
    let result = x;
    if (min !== undefined) {
      result = combine('clamp', result, min, (a, low) => ops.where(ops.lt(a, low), low, a));
    }
    if (max !== undefined) {
      result = combine('clamp', result, max, (a, high) => ops.where(ops.gt(a, high), high, a));
    }
    return result === x ? ops.copy(x) : result;
  });
}

/** What can be compared with nothing: false everywhere. */
function never({ shape }: Tensor): Tensor {
  return new Tensor(shape, 'bool', 0);
}

declare module '../tensor.ts' {
  interface Tensor {
    eq(other: TensorLike): Tensor;
    ne(other: TensorLike): Tensor;
    lt(other: TensorLike): Tensor;
    le(other: TensorLike): Tensor;
    gt(other: TensorLike): Tensor;
    ge(other: TensorLike): Tensor;
    logicalAnd(other: Tensor): Tensor;
    logicalOr(other: Tensor): Tensor;
    logicalNot(): Tensor;
    maskedFill(mask: Tensor, value: TensorLike): Tensor;
    clamp(options: ClampOptions): Tensor;
  }
}

methods({ eq, ne, lt, le, gt, ge, logicalAnd, logicalOr, logicalNot });
methods({ maskedFill, clamp });
