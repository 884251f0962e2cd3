import type { DType } from '@evenkeel/backend';
import { isFloat } from '@evenkeel/backend';
import { store } from './host-tensor.ts';

/**
 * How far a computed float may be from the true one. Integers, bools, infinities and NaN are always exact. A float16 may be as far off as
 * the float32 that it is rounded from, and by what rounding takes.
 */
export type Accuracy =
  /** The true value, rounded once: bit for bit, but that zeros have no sign. */
  | { readonly kind: 'exact' }
  /** So many units in the last place, plus `epsilons` times the spacing of floats at 1 where the function passes zero. */
  | { readonly kind: 'ulps'; readonly ulps: number; readonly epsilons?: number }
  /** So many times the spacing at 1, relative to the same computation on magnitudes: what rounding in any order allows. */
  | { readonly kind: 'accumulated'; readonly epsilons: number };

export const exact: Accuracy = { kind: 'exact' };
export const ulps = (count: number, epsilons = 0): Accuracy => ({ kind: 'ulps', ulps: count, epsilons });
export const accumulated = (epsilons: number): Accuracy => ({ kind: 'accumulated', epsilons });

/** Bits of the fraction, and the exponents of the smallest and the largest normal number. */
const formats = {
  float64: { bits: 52, lowest: -1022, highest: 1023 },
  float32: { bits: 23, lowest: -126, highest: 127 },
  float16: { bits: 10, lowest: -14, highest: 15 },
};

/** The distance between neighbouring floats at 1. */
export function epsilonOf(dtype: DType): number {
  return 2 ** -formats[dtype as keyof typeof formats].bits;
}

/** The distance between neighbouring floats at a value, down to the smallest subnormal. */
export function ulpAt(dtype: DType, value: number): number {
  const { bits, lowest } = formats[dtype as keyof typeof formats];
  const exponent = value === 0 ? lowest : Math.floor(Math.log2(Math.abs(value)));
  return 2 ** (Math.max(exponent, lowest) - bits);
}

/**
 * The first element that is not what it should be, in words; undefined if all are.
 *
 * @param expected the true values, as far as float64 knows them
 * @param magnitudes the same computation on the inputs' magnitudes; only `accumulated` asks for it
 */
export function difference(
  dtype: DType,
  accuracy: Accuracy,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  magnitudes: () => ArrayLike<number>,
): string | undefined {
  if (got.length !== expected.length) return `${got.length} elements instead of ${expected.length}`;
  let scale: ArrayLike<number> | undefined;
  for (let i = 0; i < expected.length; i++) {
    const [mine, exactly] = [got[i] as number, expected[i] as number];
    const rounded = isFloat(dtype) ? store(dtype, exactly) : exactly;
    if (mine === rounded || (Number.isNaN(mine) && Number.isNaN(rounded))) continue;
    if (isFloat(dtype) && accuracy.kind !== 'exact' && Number.isFinite(exactly)) {
      scale ??= accuracy.kind === 'accumulated' ? magnitudes() : expected;
      // Where rounding alone may lift the true value beyond the largest float, infinity is right too.
      const nearest = Number.isFinite(mine) ? mine : Math.sign(mine) * largest(dtype);
      const half = dtype === 'float16' ? ulpAt(dtype, exactly) / 2 : 0;
      const wide = dtype === 'float16' ? 'float32' : dtype;
      if (Math.abs(nearest - exactly) <= allowed(wide, accuracy, scale[i] as number) + half) continue;
    }
    return `element ${i} is ${mine} instead of ${rounded}`;
  }
  return undefined;
}

/** The smallest normal float32. */
const leastNormal = 2 ** -126;

/** What a device takes a number for that has no subnormals: a zero of its sign. */
export function flushed(value: number): number {
  return Math.abs(value) < leastNormal ? value * 0 : value;
}

/**
 * What elements should be on a device that may flush subnormals: at each place the true value, or the one that comes of flushed
 * inputs if that is what the device got; and a subnormal result is as good as zero.
 */
export function expectedWhereFlushed(
  dtype: DType,
  accuracy: Accuracy,
  got: ArrayLike<number>,
  expected: readonly number[],
  fromFlushed: readonly number[],
  magnitudes: () => ArrayLike<number>,
): number[] {
  const isRight = (i: number, value: number): boolean =>
    difference(dtype, accuracy, [got[i] as number], [value], () => [magnitudes()[i] as number]) === undefined;
  return expected.map((value, i) => {
    const mine = got[i] as number;
    if (isRight(i, value)) return value;
    for (const other of [value, fromFlushed[i] as number]) {
      const isTiny = isFloat(dtype) && Math.abs(other) <= leastNormal && Math.abs(mine) <= leastNormal;
      if (isTiny || isRight(i, other)) return mine;
    }
    return value;
  });
}

function allowed(dtype: DType, accuracy: Exclude<Accuracy, { kind: 'exact' }>, scale: number): number {
  if (accuracy.kind === 'ulps') {
    return accuracy.ulps * ulpAt(dtype, scale) + (accuracy.epsilons ?? 0) * epsilonOf(dtype);
  }
  return accuracy.epsilons * Math.max(epsilonOf(dtype) * scale, ulpAt(dtype, 0));
}

function largest(dtype: DType): number {
  const { bits, highest } = formats[dtype as keyof typeof formats];
  return (2 - 2 ** -bits) * 2 ** highest;
}
