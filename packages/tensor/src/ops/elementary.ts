import { isFloat } from '@evenkeel/backend';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { combine, inFloat32, toFloat } from './broadcast.ts';
import { clamp } from './comparison.ts';

/** sin(πx) / (πx), and 1 at 0. */
export function sinc(x: Tensor): Tensor {
  return inFloat32(x, (float) => {
    const zero = ops.eq(float, 0);
    const angle = ops.mul(ops.where(zero, 1, float), Math.PI);
    return ops.where(zero, 1, ops.div(ops.sin(angle), angle));
  });
}

export interface LogitOptions {
  /** x is held within [eps, 1 - eps] first. Default: it is not, and the logit outside [0, 1] is NaN. */
  readonly eps?: number;
}

/** log(x / (1 - x)), the inverse of `sigmoid`. */
export function logit(x: Tensor, { eps }: LogitOptions = {}): Tensor {
  return inFloat32(x, (float) => {
    const held = eps === undefined ? float : clamp(float, { min: eps, max: 1 - eps });
    return ops.sub(ops.log(held), ops.log1p(ops.neg(held)));
  });
}

/** Degrees to radians. */
export function deg2rad(x: Tensor): Tensor {
  return scope(() => ops.mul(toFloat(x), Math.PI / 180));
}

/** Radians to degrees. */
export function rad2deg(x: Tensor): Tensor {
  return scope(() => ops.mul(toFloat(x), 180 / Math.PI));
}

/** x itself: the sign +. */
export function positive(x: Tensor): Tensor {
  return x;
}

/** The sign of a real number, as `sign`. */
export function sgn(x: Tensor): Tensor {
  return ops.sign(x);
}

export interface RsubOptions {
  /** The factor of what is subtracted. Default 1. */
  readonly alpha?: number;
}

/** b - alpha · a. */
export function rsub(a: Tensor, b: TensorLike, { alpha = 1 }: RsubOptions = {}): Tensor {
  return scope(() => sub(b, alpha === 1 ? a : mul(a, alpha)));
}

/** a / b, always a float. */
export function trueDivide(a: TensorLike, b: TensorLike): Tensor {
  return div(a, b);
}

/** a / b rounded down. */
export function floorDivide(a: TensorLike, b: TensorLike): Tensor {
  return div(a, b, { roundingMode: 'floor' });
}

/** a · 2ᵇ. */
export function ldexp(a: TensorLike, b: TensorLike): Tensor {
  return combine('ldexp', a, b, (x, power) =>
    scope(() => {
      const float = toFloat(x);
      return ops.mul(float, ops.pow(ops.full(float.shape, 2, float.dtype), ops.cast(power, float.dtype)));
    }),
  );
}

export interface ScaledOptions {
  /** The factor of the product or quotient. Default 1. */
  readonly value?: number;
}

/** x + value · a · b. */
export function addcmul(x: Tensor, a: TensorLike, b: TensorLike, { value = 1 }: ScaledOptions = {}): Tensor {
  return scope(() => add(x, mul(mul(a, b), value)));
}

/** x + value · a / b. */
export function addcdiv(x: Tensor, a: TensorLike, b: TensorLike, { value = 1 }: ScaledOptions = {}): Tensor {
  return scope(() => add(x, mul(div(a, b), value)));
}

export interface NanToNumOptions {
  /** What stands for NaN. Default 0. */
  readonly nan?: number;
  /** What stands for ∞. Default: the dtype's largest number. */
  readonly posinf?: number;
  /** What stands for -∞. Default: the dtype's lowest number. */
  readonly neginf?: number;
}

/** x with numbers in place of NaN and the infinities; the gradient passes where x is finite. */
export function nanToNum(x: Tensor, { nan = 0, posinf, neginf }: NanToNumOptions = {}): Tensor {
  if (!isFloat(x.dtype)) return ops.copy(x);
  const largest = { float16: 65504, float32: 3.4028234663852886e38, float64: Number.MAX_VALUE }[x.dtype];
  return scope(() => {
    const numbers = ops.where(ops.ne(x, x), nan, x);
    const below = ops.where(ops.eq(x, Infinity), posinf ?? largest, numbers);
    return ops.where(ops.eq(x, -Infinity), neginf ?? -largest, below);
  });
}

/** The greatest common divisor of integers, by Euclid's algorithm; not negative. */
export function gcd(a: Tensor, b: Tensor): Tensor {
  return combine('gcd', a, b, (x, y) =>
    scope(() => {
      let [larger, smaller] = [ops.abs(x), ops.abs(y)];
      // Numbers of Fibonacci take longest: of 31 bits, 44 steps.
      for (let step = 0; step < 45; step++) {
        const done = ops.eq(smaller, 0);
        const rest = ops.fmod(larger, smaller);
        [larger, smaller] = [ops.where(done, larger, smaller), ops.where(done, 0, rest)];
      }
      return larger;
    }),
  );
}

/** The least common multiple of integers; not negative, 0 if either is 0. */
export function lcm(a: Tensor, b: Tensor): Tensor {
  return combine('lcm', a, b, (x, y) =>
    scope(() => {
      const divisor = gcd(x, y);
      return ops.abs(ops.mul(ops.div(x, ops.where(ops.eq(divisor, 0), 1, divisor)), y));
    }),
  );
}
