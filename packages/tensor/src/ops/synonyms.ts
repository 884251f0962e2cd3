/** PyTorch's second names for functions. */
import type { Tensor, TensorLike } from '../tensor.ts';
import { atan2, div, mul, pow, sub } from './arithmetic.ts';
import { clamp, ge, gt, le, lt, ne } from './comparison.ts';
import { outer } from './contraction.ts';
import { cat } from './joining.ts';
import { abs, acos, acosh, asin, asinh, atan, atanh, neg, trunc } from './pointwise.ts';
import { trapezoid } from './scans.ts';

/** `abs`. */
export const absolute: typeof abs = abs;
/** `acos`. */
export const arccos: typeof acos = acos;
/** `acosh`. */
export const arccosh: typeof acosh = acosh;
/** `asin`. */
export const arcsin: typeof asin = asin;
/** `asinh`. */
export const arcsinh: typeof asinh = asinh;
/** `atan`. */
export const arctan: typeof atan = atan;
/** `atan2`. */
export const arctan2: typeof atan2 = atan2;
/** `atanh`. */
export const arctanh: typeof atanh = atanh;
/** `clamp`. */
export const clip: typeof clamp = clamp;
/** `cat`. */
export const concat: typeof cat = cat;
/** `cat`. */
export const concatenate: typeof cat = cat;
/** `div`. */
export const divide: typeof div = div;
/** `trunc`. */
export const fix: typeof trunc = trunc;
/** `outer`. */
export const ger: typeof outer = outer;
/** `gt`. */
export const greater: typeof gt = gt;
/** `ge`. */
export const greaterEqual: typeof ge = ge;
/** `lt`. */
export const less: typeof lt = lt;
/** `le`. */
export const lessEqual: typeof le = le;
/** `mul`. */
export const multiply: typeof mul = mul;
/** `neg`. */
export const negative: typeof neg = neg;
/** `ne`. */
export const notEqual: typeof ne = ne;
/** `sub`. */
export const subtract: typeof sub = sub;
/** `trapezoid`. */
export const trapz: typeof trapezoid = trapezoid;

/** `pow`, in the tensor's float or the default one: there is no float64 on every backend to do it in. */
export function floatPower(a: TensorLike, b: TensorLike): Tensor {
  return pow(a, b);
}

/** How many elements it has: `x.size`. */
export function numel(x: Tensor): number {
  return x.size;
}
