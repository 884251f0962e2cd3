import { type DType, isFloat } from '@evenkeel/backend';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { inFloat32, toFloat } from './broadcast.ts';
import { methods } from './method.ts';

/** A function of floats: integers and bools are converted to the default float first. */
const onFloats =
  (fn: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    isFloat(x.dtype) ? fn(x) : scope(() => fn(toFloat(x)));

/** A function that leaves integers as they are. */
const roundingBy =
  (fn: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    isFloat(x.dtype) ? fn(x) : ops.copy(x);

const composed =
  (fn: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    inFloat32(x, fn, true);

/** A function that overflows or loses digits in float16. */
const wide =
  (fn: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    inFloat32(x, fn);

const oneLike = (x: Tensor): Tensor => ops.full(x.shape, 1, x.dtype);

export interface RoundOptions {
  /** Default 0; negative ones round to tens, hundreds, … */
  readonly decimals?: number;
}

/** -x. */
export const neg: (x: Tensor) => Tensor = ops.neg;
/** |x|. */
export const abs: (x: Tensor) => Tensor = ops.abs;
/** -1, 0 or 1. */
export const sign: (x: Tensor) => Tensor = ops.sign;
/** The largest integer not above x. */
export const floor: (x: Tensor) => Tensor = /* @__PURE__ */ roundingBy(ops.floor);
/** The smallest integer not below x. */
export const ceil: (x: Tensor) => Tensor = /* @__PURE__ */ roundingBy(ops.ceil);
/** x without its fraction. */
export const trunc: (x: Tensor) => Tensor = /* @__PURE__ */ roundingBy(ops.trunc);
/** The nearest integer, halves to even; or the nearest multiple of 10^-decimals. Default 0 decimals. */
export function round(x: Tensor, { decimals = 0 }: RoundOptions = {}): Tensor {
  if (!isFloat(x.dtype)) return ops.copy(x);
  if (decimals === 0) return ops.round(x);
  // By a power of ten that is whole: 10^-2 would be rounded itself.
  const scale = 10 ** Math.abs(decimals);
  return scope(() =>
    decimals > 0 ? ops.div(ops.round(ops.mul(x, scale)), scale) : ops.mul(ops.round(ops.div(x, scale)), scale),
  );
}
/** x - trunc(x). */
export const frac: (x: Tensor) => Tensor = /* @__PURE__ */ composed((x) => ops.sub(x, ops.trunc(x)));
/** √x. */
export const sqrt: (x: Tensor) => Tensor = /* @__PURE__ */ onFloats(ops.sqrt);
/** 1 / √x. */
export const rsqrt: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => ops.div(oneLike(x), ops.sqrt(x)));
/** 1 / x. */
export const reciprocal: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => ops.div(oneLike(x), x));
/** x². */
export const square = (x: Tensor): Tensor => ops.mul(x, x);
/** eˣ. */
export const exp: (x: Tensor) => Tensor = /* @__PURE__ */ wide(ops.exp);
/** 2ˣ. */
export const exp2: (x: Tensor) => Tensor = /* @__PURE__ */ composed((x) => ops.pow(ops.full(x.shape, 2, x.dtype), x));
/** eˣ - 1, exact near 0. */
export const expm1: (x: Tensor) => Tensor = /* @__PURE__ */ wide(ops.expm1);
/** The natural logarithm. */
export const log: (x: Tensor) => Tensor = /* @__PURE__ */ wide(ops.log);
/** log(1 + x), exact near 0. */
export const log1p: (x: Tensor) => Tensor = /* @__PURE__ */ wide(ops.log1p);
/** The logarithm to base 2. */
export const log2: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => ops.mul(ops.log(x), Math.LOG2E));
/** The logarithm to base 10. */
export const log10: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => ops.mul(ops.log(x), Math.LOG10E));
/** The sine of radians. */
export const sin: (x: Tensor) => Tensor = /* @__PURE__ */ onFloats(ops.sin);
/** The cosine of radians. */
export const cos: (x: Tensor) => Tensor = /* @__PURE__ */ onFloats(ops.cos);
/** The tangent of radians. */
export const tan: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => ops.div(ops.sin(x), ops.cos(x)));
/** The arc sine, in radians; NaN outside [-1, 1]. */
export const asin: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => ops.atan(ops.div(x, cathetus(x))));
/** The arc cosine, in radians; NaN outside [-1, 1]. */
export const acos: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => {
  // 2 atan(√((1-x)/(1+x))) keeps its digits near 1, where π/2 - asin(x) would lose them.
  const ratio = ops.div(ops.sub(oneLike(x), x), ops.add(x, 1));
  return ops.mul(ops.atan(ops.sqrt(ratio)), 2);
});
/** The arc tangent, in radians. */
export const atan: (x: Tensor) => Tensor = /* @__PURE__ */ onFloats(ops.atan);
/** (eˣ - e⁻ˣ) / 2. */
export const sinh: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) => {
  // e/2 + e/(2(e+1)) with e = expm1(x): exact near 0, where the difference of two exponentials is not.
  const e = ops.expm1(x);
  return ops.mul(ops.add(e, ops.div(e, ops.add(e, 1))), 0.5);
});
/** (eˣ + e⁻ˣ) / 2. */
export const cosh: (x: Tensor) => Tensor = /* @__PURE__ */ wide((x) =>
  ops.mul(ops.add(ops.exp(x), ops.exp(ops.neg(x))), 0.5),
);
/** The hyperbolic tangent. */
export const tanh: (x: Tensor) => Tensor = /* @__PURE__ */ onFloats(ops.tanh);
/** The inverse of sinh. */
export const asinh: (x: Tensor) => Tensor = /* @__PURE__ */ composed((x) => {
  // log(|x| + √(x²+1)), written so that small x keep their digits.
  const size = ops.abs(x);
  const root = ops.sqrt(ops.add(ops.mul(x, x), 1));
  const grown = ops.div(ops.mul(x, x), ops.add(root, 1));
  return ops.mul(ops.sign(x), ops.log1p(ops.add(size, grown)));
});
/** The inverse of cosh; NaN below 1. */
export const acosh: (x: Tensor) => Tensor = /* @__PURE__ */ composed((x) =>
  ops.log(ops.add(x, ops.sqrt(ops.mul(ops.sub(x, 1), ops.add(x, 1))))),
);
/** The inverse of tanh. */
export const atanh: (x: Tensor) => Tensor = /* @__PURE__ */ composed((x) =>
  ops.mul(ops.sub(ops.log1p(x), ops.log1p(ops.neg(x))), 0.5),
);
/** 1 / (1 + e⁻ˣ), without overflow at either end. */
export const sigmoid: (x: Tensor) => Tensor = /* @__PURE__ */ composed((x) =>
  ops.mul(ops.add(ops.tanh(ops.mul(x, 0.5)), 1), 0.5),
);
/** 2/√π ∫₀ˣ e^(-t²) dt. */
export const erf: (x: Tensor) => Tensor = /* @__PURE__ */ onFloats(ops.erf);
/** max(x, 0); NaN stays, and the gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => scope(() => ops.where(ops.le(x, 0), 0, x));

/** The same values in another dtype; itself if it has that already. */
export function to(x: Tensor, dtype: DType): Tensor {
  return ops.cast(x, dtype);
}

/** The legs' missing side: √(1 - x²), from its factors so that it keeps its digits near ±1. */
function cathetus(x: Tensor): Tensor {
  return ops.sqrt(ops.mul(ops.sub(oneLike(x), x), ops.add(x, 1)));
}

declare module '../tensor.ts' {
  interface Tensor {
    neg(): Tensor;
    abs(): Tensor;
    sign(): Tensor;
    floor(): Tensor;
    ceil(): Tensor;
    trunc(): Tensor;
    round(options?: RoundOptions): Tensor;
    sqrt(): Tensor;
    rsqrt(): Tensor;
    reciprocal(): Tensor;
    square(): Tensor;
    exp(): Tensor;
    log(): Tensor;
    sin(): Tensor;
    cos(): Tensor;
    tanh(): Tensor;
    sigmoid(): Tensor;
    relu(): Tensor;
    to(dtype: DType): Tensor;
  }
}

methods({ neg, abs, sign, floor, ceil, trunc, round, sqrt, rsqrt, reciprocal, square });
methods({ exp, log, sin, cos });
methods({ tanh, sigmoid, relu, to });
