/**
 * One block of Philox 4x32-10: four random 32-bit words from a 128-bit counter and a 64-bit key, by ten rounds (Salmon, Moraes, Dror and
 * Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011). What `random` in a kernel means, in plain numbers.
 */
export function philox4x32(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    [c0, c1, c2, c3] = [
      multiplyHigh(c2, 0xcd9e8d57) ^ c1 ^ k0,
      Math.imul(c2, 0xcd9e8d57),
      multiplyHigh(c0, 0xd2511f53) ^ c3 ^ k1,
      Math.imul(c0, 0xd2511f53),
    ];
    // The golden ratio and the square root of three minus one, as fractions of 2^32.
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

export type Words = readonly [number, number, number, number];

/** The upper 32 bits of a 64-bit product, from halves of 16 bits: every partial sum is exact in a double. */
function multiplyHigh(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + Math.floor((a0 * b0) / 65536);
  const carry = Math.floor((a0 * b1 + (middle % 65536)) / 65536);
  return a1 * b1 + Math.floor(middle / 65536) + carry;
}
