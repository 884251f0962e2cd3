import { type DType, isFloat, type Shape, sameShape } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import { isAutocastEnabled } from '../autograd/mode.ts';
import * as ops from '../autograd/operations.ts';
import { getDefaultDtype } from '../creation.ts';
import { scope } from '../engine/scope.ts';
import { Tensor, type TensorLike } from '../tensor.ts';

/** In this order, a lower dtype gives way to a higher one. */
const ranks: readonly DType[] = ['bool', 'int32', 'float16', 'float32', 'float64'];

/** The dtype in which two meet, as in PyTorch: the category counts, then the width. */
export function promoteTypes(a: DType, b: DType): DType {
  return ranks.indexOf(a) > ranks.indexOf(b) ? a : b;
}

/**
 * The shape in which all meet: aligned at the last dimension, with 1 giving way.
 * @throws ShapeError that names the dimension where they do not fit
 */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, d) => {
    let extent = 1;
    for (const shape of shapes) {
      const mine = shape[d - rank + shape.length] ?? 1;
      if (mine === 1 || mine === extent) continue;
      if (extent !== 1) {
        throw new ShapeError(`${op} cannot broadcast ${shapes.map((s) => `[${s}]`).join(' and ')}`, {
          op,
          shapes,
          got: `${extent} and ${mine} in dimension ${d - rank}`,
          expected: 'equal sizes, or 1, counted from the last dimension',
        });
      }
      extent = mine;
    }
    return extent;
  });
}

/** The tensor repeated to a shape, without copying. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  broadcastOnly(x.shape, shape);
  const missing = shape.length - x.shape.length;
  if (missing === 0) return ops.expand(x, shape);
  const aligned = ops.reshape(x, [...new Array<number>(missing).fill(1), ...x.shape]);
  const result = ops.expand(aligned, shape);
  aligned.lifetime?.drop();
  return result;
}

/** Both sides in one shape and dtype. A number takes the other's dtype if that can hold it. */
export function meet(op: string, a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const dtype = commonType(a, b);
  const left = convert(a, dtype);
  const right = convert(b, dtype);
  const shape = broadcastShapes(op, left.shape, right.shape);
  return [spread(left, a, shape), spread(right, b, shape)];
}

/** A converted side in its shape; what converting made is given back if that took another step. */
function spread(converted: Tensor, given: TensorLike, shape: Shape): Tensor {
  const result = broadcastTo(converted, shape);
  if (converted !== given && converted !== result) converted.lifetime?.drop();
  return result;
}

/** A pointwise function of two on sides that met; what meeting made is given back. */
export function combine(op: string, a: TensorLike, b: TensorLike, fn: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const [left, right] = meet(op, a, b);
  const result = fn(left, right);
  if (left !== a && left !== result) left.lifetime?.drop();
  if (right !== b && right !== result) right.lifetime?.drop();
  return result;
}

/** The float that an operation with a fractional result works in: the tensor's own, or the default. */
export function toFloat(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : ops.cast(x, getDefaultDtype());
}

/**
 * What needs the range or the digits of float32, or is several operations that shall be one: of float16 it is computed in float32, and
 * rounded once, at the end. Under autocast it stays float32 unless it is to be `rounded`.
 */
export function inFloat32(x: Tensor, fn: (float: Tensor) => Tensor, rounded = !isAutocastEnabled()): Tensor {
  return scope(() => {
    const float = toFloat(x);
    const result = fn(float.dtype === 'float16' ? ops.cast(float, 'float32') : float);
    return rounded && float.dtype === 'float16' && result.dtype === 'float32' ? ops.cast(result, 'float16') : result;
  });
}

function commonType(a: TensorLike, b: TensorLike): DType {
  if (typeof a !== 'number' && typeof b !== 'number') return promoteTypes(a.dtype, b.dtype);
  if (typeof a === 'number' && typeof b === 'number') return getDefaultDtype();
  const [value, { dtype }] = typeof a === 'number' ? [a, b as Tensor] : [b as number, a];
  if (isFloat(dtype)) return dtype;
  return Number.isInteger(value) ? promoteTypes(dtype, 'int32') : getDefaultDtype();
}

function convert(value: TensorLike, dtype: DType): Tensor {
  return typeof value === 'number' ? new Tensor([], dtype, value) : ops.cast(value, dtype);
}

function broadcastOnly(from: Shape, to: Shape): void {
  const fits =
    from.length <= to.length && from.every((extent, d) => extent === 1 || extent === to[d + to.length - from.length]);
  if (fits) return;
  throw new ShapeError(`[${from}] cannot be broadcast to [${to}]`, {
    op: 'expand',
    shapes: [from, to],
    expected: 'equal sizes, or 1, counted from the last dimension',
  });
}
