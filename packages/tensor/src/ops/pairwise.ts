import { isFloat } from '@evenkeel/backend';
import { customGradient } from '../autograd/custom-gradient.ts';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { combine, toFloat } from './broadcast.ts';
import { sigmoid } from './pointwise.ts';

type Pairwise = (a: Tensor, b: Tensor) => Tensor;

/** A function of two floats: both sides broadcast and become floats first. */
function onFloats(name: string, a: TensorLike, b: TensorLike, fn: Pairwise): Tensor {
  return combine(name, a, b, (left, right) => scope(() => fn(toFloat(left), toFloat(right))));
}

/** √(a² + b²), without overflow on the way. */
export function hypot(a: TensorLike, b: TensorLike): Tensor {
  return onFloats('hypot', a, b, hypotWithGradient);
}

/** log(eᵃ + eᵇ), without overflow. */
export function logaddexp(a: TensorLike, b: TensorLike): Tensor {
  return onFloats('logaddexp', a, b, logaddexpWithGradient);
}

/** log₂(2ᵃ + 2ᵇ), without overflow. */
export function logaddexp2(a: TensorLike, b: TensorLike): Tensor {
  return onFloats('logaddexp2', a, b, logaddexp2WithGradient);
}

/** a · log b, and 0 where a is 0 and b a number, whatever the logarithm. */
export function xlogy(a: TensorLike, b: TensorLike): Tensor {
  return onFloats('xlogy', a, b, xlogyWithGradient);
}

/** The larger of the two; a number rather than NaN. */
export function fmax(a: TensorLike, b: TensorLike): Tensor {
  return preferring('fmax', a, b, ops.ge);
}

/** The smaller of the two; a number rather than NaN. */
export function fmin(a: TensorLike, b: TensorLike): Tensor {
  return preferring('fmin', a, b, ops.le);
}

/** Whether the sign is negative; true for -0 too. */
export function signbit(x: Tensor): Tensor {
  return scope(() => isNegative(x));
}

/** |a| with the sign of b, that of -0 included. */
export function copysign(a: TensorLike, b: TensorLike): Tensor {
  return onFloats('copysign', a, b, (x, y) => {
    const size = ops.abs(x);
    return ops.where(isNegative(y), ops.neg(size), size);
  });
}

/** 0 below 0, 1 above it, and `values` at 0. Has no gradient. */
export function heaviside(x: Tensor, values: TensorLike): Tensor {
  return combine('heaviside', x, values, (input, there) =>
    scope(() => ops.where(ops.eq(input, 0), there.detach(), ops.cast(ops.gt(input, 0), input.dtype))),
  );
}

const hypotWithGradient = /* @__PURE__ */ customGradient(
  (a, b) => {
    const [left, right] = [ops.abs(a), ops.abs(b)];
    const [large, small] = [ops.maximum(left, right), ops.minimum(left, right)];
    const ratio = ops.div(small, ops.where(ops.eq(large, 0), 1, large));
    const length = ops.mul(large, ops.sqrt(ops.add(ops.mul(ratio, ratio), 1)));
    const endless = ops.or(isEndless(left), isEndless(right));
    return ops.where(endless, Infinity, length);
  },
  (cotangent, { inputs, output }) => inputs.map((side) => ops.mul(cotangent, ops.div(side, output))),
);

const logaddexpWithGradient = /* @__PURE__ */ logarithmOfSum(1);
const logaddexp2WithGradient = /* @__PURE__ */ logarithmOfSum(Math.LN2);

/** The logarithm of the sum of two powers, in units of `unit` natural ones. */
function logarithmOfSum(unit: number): Pairwise {
  return customGradient(
    (a, b) => {
      // Equal infinities are no distance apart.
      const distance = ops.where(ops.eq(a, b), 0, ops.abs(ops.sub(a, b)));
      const above = ops.log1p(ops.exp(ops.mul(distance, -unit)));
      return ops.add(ops.maximum(a, b), ops.div(above, unit));
    },
    (cotangent, { inputs }) => {
      const distance = ops.mul(ops.sub(inputs[0] as Tensor, inputs[1] as Tensor), unit);
      return [ops.mul(cotangent, sigmoid(distance)), ops.mul(cotangent, sigmoid(ops.neg(distance)))];
    },
  );
}

const xlogyWithGradient = /* @__PURE__ */ customGradient(
  (a, b) => {
    const nothing = ops.and(ops.eq(a, 0), ops.eq(b, b));
    return ops.where(nothing, 0, ops.mul(a, ops.log(ops.where(nothing, 1, b))));
  },
  (cotangent, { inputs }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const flat = ops.and(ops.eq(a, 0), ops.le(b, 0));
    return [ops.where(flat, 0, xlogyWithGradient(cotangent, b)), ops.div(ops.mul(cotangent, a), b)];
  },
);

/** The first where it wins or ties or is alone a number: there the whole gradient goes to it, as in PyTorch. */
function preferring(name: string, a: TensorLike, b: TensorLike, wins: Pairwise): Tensor {
  return combine(name, a, b, (x, y) => scope(() => ops.where(ops.or(wins(x, y), ops.ne(y, y)), x, y)));
}

function isNegative(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x.dtype === 'bool' ? ops.cast(ops.full(x.shape, 0, 'int32'), 'bool') : ops.lt(x, 0);
  // -0 is told from 0 by its reciprocal.
  const inverse = ops.div(ops.full(x.shape, 1, x.dtype), x);
  return ops.or(ops.lt(x, 0), ops.lt(inverse, 0));
}

function isEndless(x: Tensor): Tensor {
  return ops.eq(x, Infinity);
}
