import { isFloat, type Scalar } from '@evenkeel/backend';

/** A number as a value of a dtype: what a constant, an argument or a cast becomes. */
export type Conversion = (x: number) => number;

/**
 * How a value of one dtype becomes one of another. A number becomes the nearest float, of two the even one. A float outside the integers' range becomes the nearest integer and NaN
 * becomes 0 (what WebAssembly's saturating conversions and WGSL do); int32 and uint32 keep their bits.
 */
export function conversion(to: Scalar, from: Scalar): Conversion {
  if (to === 'float64') return (x) => x;
  if (to === 'float32') return Math.fround;
  if (to === 'float16') return Math.f16round;
  if (to === 'bool') return (x) => (x !== 0 ? 1 : 0);
  if (isFloat(from)) return to === 'int32' ? saturate(-(2 ** 31), 2 ** 31 - 1) : saturate(0, 2 ** 32 - 1);
  return to === 'int32' ? (x) => x | 0 : (x) => x >>> 0;
}

function saturate(lowest: number, highest: number): Conversion {
  // Adding 0 turns -0 into 0.
  return (x) => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), lowest), highest) + 0);
}
