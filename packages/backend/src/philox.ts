/**
 * One block of Philox 4x32-10: four random 32-bit words from a 128-bit counter and a 64-bit key, by ten rounds (Salmon, Moraes, Dror and
 * Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011). What `random` in a kernel means, in plain numbers.
 */
export function philox4x32(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(c0, 0xd2511f53);
    const low0 = Math.imul(c0, 0xd2511f53);
    c0 = multiplyHigh(c2, 0xcd9e8d57) ^ c1 ^ k0;
    c1 = Math.imul(c2, 0xcd9e8d57);
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    // The golden ratio and the square root of three minus one, as fractions of 2^32.
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

export type Words = readonly [number, number, number, number];

/** The upper 32 bits of a 64-bit product, from halves of 16 bits: no partial sum needs more than 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const left = Math.imul(a >>> 16, b & 0xffff) + (Math.imul(a & 0xffff, b & 0xffff) >>> 16);
  const right = Math.imul(a & 0xffff, b >>> 16) + (left & 0xffff);
  return (Math.imul(a >>> 16, b >>> 16) + (left >>> 16) + (right >>> 16)) | 0;
}
