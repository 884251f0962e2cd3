import { isFloat } from '@evenkeel/backend';
import { ConfigError } from '@evenkeel/errors';
import { customGradient } from '../autograd/custom-gradient.ts';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { combine, toFloat } from './broadcast.ts';
import { methods } from './method.ts';

export interface AddOptions {
  /** The factor of b. Default 1. */
  readonly alpha?: number;
}

/** a + alpha · b. Shapes broadcast and dtypes promote as in PyTorch, here and in all functions of two. */
export function add(a: TensorLike, b: TensorLike, { alpha = 1 }: AddOptions = {}): Tensor {
  return alpha === 1 ? combine('add', a, b, ops.add) : scope(() => add(a, mul(b, alpha)));
}

/** a - alpha · b. */
export function sub(a: TensorLike, b: TensorLike, { alpha = 1 }: AddOptions = {}): Tensor {
  return alpha === 1 ? combine('sub', a, b, ops.sub) : scope(() => sub(a, mul(b, alpha)));
}

/** a · b. */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return combine('mul', a, b, ops.mul);
}

export interface DivOptions {
  /** Rounds the quotient toward zero or down, keeping integers integers. Default: no rounding, always a float. */
  readonly roundingMode?: 'trunc' | 'floor';
}

/** a / b. Integers become floats, unless a rounding mode is given. */
export function div(a: TensorLike, b: TensorLike, { roundingMode }: DivOptions = {}): Tensor {
  if (roundingMode !== undefined && roundingMode !== 'trunc' && roundingMode !== 'floor') {
    throw new ConfigError(`div has no rounding mode "${roundingMode}"`, {
      op: 'div',
      expected: '"trunc", "floor" or none',
    });
  }
  return combine('div', a, b, (left, right) => {
    if (roundingMode === undefined) return quotient(left, right);
    if (isFloat(left.dtype)) {
      return scope(() => (roundingMode === 'trunc' ? ops.trunc : ops.floor)(ops.div(left, right)));
    }
    if (roundingMode === 'trunc') return ops.div(left, right);
    // Down instead of toward zero: one less where a rest is left and the signs differ.
    return scope(() => {
      const rest = ops.fmod(left, right);
      const below = ops.and(ops.ne(rest, 0), ops.xor(ops.lt(rest, 0), ops.lt(right, 0)));
      return ops.sub(ops.div(left, right), ops.cast(below, left.dtype));
    });
  });
}

/** The rest of a / b rounded down: it has the sign of b, as Python's %. */
export function remainder(a: TensorLike, b: TensorLike): Tensor {
  return combine('remainder', a, b, (left, right) =>
    scope(() => {
      const rest = ops.fmod(left, right);
      const other = ops.and(ops.ne(rest, 0), ops.xor(ops.lt(rest, 0), ops.lt(right, 0)));
      return ops.where(other, ops.add(rest, right), rest);
    }),
  );
}

/** The rest of a / b rounded toward zero: it has the sign of a, as C's fmod. */
export function fmod(a: TensorLike, b: TensorLike): Tensor {
  return combine('fmod', a, b, ops.fmod);
}

/** aᵇ. */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  if (typeof b === 'number' && typeof a !== 'number') {
    const x = ops.autocasted(toFloat(a), 'float32');
    // The everyday powers without a logarithm; they are also exact.
    if (b === 2) return ops.mul(x, x);
    if (b === 1) return ops.copy(x);
    if (b === 0.5) return ops.sqrt(x);
    if (b === -1) return ops.div(ops.full(x.shape, 1, x.dtype), x);
    if (b === 3) return scope(() => ops.mul(ops.mul(x, x), x));
  }
  const float = (side: Tensor) => ops.autocasted(toFloat(side), 'float32');
  return combine('pow', a, b, (left, right) => ops.pow(float(left), float(right)));
}

/** The larger of the two, NaN if either is. */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return combine('maximum', a, b, ops.maximum);
}

/** The smaller of the two, NaN if either is. */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return combine('minimum', a, b, ops.minimum);
}

/** start + weight · (end - start). */
export function lerp(start: Tensor, end: Tensor, weight: TensorLike): Tensor {
  return scope(() => add(start, mul(weight, sub(end, start))));
}

/** The angle of the point (x, y) = (b, a), from -π to π. */
export function atan2(a: TensorLike, b: TensorLike): Tensor {
  return combine('atan2', a, b, (y, x) => scope(() => atan2WithGradient(toFloat(y), toFloat(x))));
}

// Differentiating y / x would divide by 0 on the axis.
const atan2WithGradient = /* @__PURE__ */ customGradient(
  (y, x) => {
    const half = ops.where(ops.ge(y, 0), Math.PI, ops.full(y.shape, -Math.PI, y.dtype));
    const angle = ops.atan(ops.div(y, x));
    const turned = ops.where(ops.lt(x, 0), ops.add(angle, half), angle);
    const upright = ops.mul(ops.sign(y), Math.PI / 2);
    return ops.where(ops.eq(x, 0), upright, turned);
  },
  (cotangent, { inputs }) => {
    const [y, x] = inputs as [Tensor, Tensor];
    const part = ops.div(cotangent, ops.add(ops.mul(x, x), ops.mul(y, y)));
    return [ops.mul(part, x), ops.neg(ops.mul(part, y))];
  },
);

function quotient(a: Tensor, b: Tensor): Tensor {
  return isFloat(a.dtype) ? ops.div(a, b) : scope(() => ops.div(toFloat(a), toFloat(b)));
}

declare module '../tensor.ts' {
  interface Tensor {
    add(other: TensorLike, options?: AddOptions): Tensor;
    sub(other: TensorLike, options?: AddOptions): Tensor;
    mul(other: TensorLike): Tensor;
    div(other: TensorLike, options?: DivOptions): Tensor;
    pow(exponent: TensorLike): Tensor;
    maximum(other: TensorLike): Tensor;
    minimum(other: TensorLike): Tensor;
  }
}

methods({ add, sub, mul, div, pow, maximum, minimum });
