import type { Generator } from './generator.ts';

/**
 * The generator's stream on the host, for what is decided there (orders, splits): numbers in [0, 1) that equal what `rand` draws
 * at the same positions.
 */
export function hostRandom(generator: Generator): () => number {
  return () => {
    const [seedLow, seedHigh, low, high] = generator.reserve(1);
    return (philoxWord([low, high, 0, 0], [seedLow, seedHigh]) >>> 8) * 2 ** -24;
  };
}

/** The first word of Philox 4x32-10; the same function as the kernel expression in the compiler. */
export function philoxWord(counter: readonly [number, number, number, number], key: readonly [number, number]): number {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    [c0, c1, c2, c3] = [
      mulHigh(c2, 0xcd9e8d57) ^ c1 ^ k0,
      Math.imul(c2, 0xcd9e8d57),
      mulHigh(c0, 0xd2511f53) ^ c3 ^ k1,
      Math.imul(c0, 0xd2511f53),
    ];
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return c0 >>> 0;
}

/** The upper 32 bits of a 64-bit product, from 16-bit halves: every partial sum is exact in a double. */
function mulHigh(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + Math.floor((a0 * b0) / 65536);
  const carry = Math.floor((a0 * b1 + (middle % 65536)) / 65536);
  return a1 * b1 + Math.floor(middle / 65536) + carry;
}
