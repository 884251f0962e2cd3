/** The value of an IEEE 754 half: 1 sign bit, 5 exponent bits, 10 of the fraction. */
function decodeOne(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let values: Float32Array | undefined;

/** Halves as float32, which holds each of them exactly. */
export function decodeFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  // There are only 65536: looking them up is a hundred times faster than working them out.
  values ??= Float32Array.from({ length: 0x10000 }, (_, bits) => decodeOne(bits));
  const decoded = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) decoded[index] = values[halves[index]!]!;
  return decoded;
}

/** Brain floats, which are the upper halves of float32, as float32. */
export function decodeBFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) words[index] = halves[index]! << 16;
  return new Float32Array(words.buffer);
}
