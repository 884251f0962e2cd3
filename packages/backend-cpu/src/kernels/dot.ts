import { BlockedSum, blockLength } from './accumulator.ts';

/** The sum of products of `count` elements of `a` from one offset and of `b` from another. */
export type Dot = (a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, count: number) => number;

/** The sum of products in a dtype's arithmetic. */
export function dotOf(dtype: 'float32' | 'float64'): Dot {
  return dtype === 'float32' ? dotFloat32() : dotFloat64;
}

/** Each product and each sum is rounded; the sums go by blocks, as those of a loop do. */
function dotFloat32(): Dot {
  const sum = new BlockedSum();
  return (a, aOffset, b, bOffset, count) => {
    sum.start();
    const whole = count - (count % blockLength);
    for (let first = 0; first < whole; first += blockLength) {
      let block = 0;
      for (let i = first; i < first + blockLength; i++) {
        block = Math.fround(block + Math.fround(a[aOffset + i]! * b[bOffset + i]!));
      }
      sum.addBlock(block);
    }
    for (let i = whole; i < count; i++) sum.add(Math.fround(a[aOffset + i]! * b[bOffset + i]!));
    return sum.total();
  };
}

function dotFloat64(a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[aOffset + i]! * b[bOffset + i]!;
  return sum;
}
