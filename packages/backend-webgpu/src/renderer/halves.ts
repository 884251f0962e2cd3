import type { MemoryAccess } from './across-memories.ts';
import { shaderFunction } from './functions/shader-function.ts';

/**
 * Memory in a shader that writes float16: an array of halves, so that two invocations never write one word. A word of anything else is its
 * two halves.
 */
export const wordsOfHalves: MemoryAccess = {
  type: 'f16',
  read: (memory, at) => `bitcast<u32>(vec2<f16>(memory${memory}[2u * (${at})], memory${memory}[2u * (${at}) + 1u]))`,
  write: (memory, at, word) => `{
    let halves = bitcast<vec2<f16>>(${word});
    memory${memory}[2u * (${at})] = halves.x;
    memory${memory}[2u * (${at}) + 1u] = halves.y;
  }`,
  length: (memory) => `arrayLength(&memory${memory}) / 2u`,
};

/**
 * The nearest float16, of two the even one, as float32. By its bits: WGSL leaves open how `f16(x)` rounds, and compilers take `f32(f16(x))`
 * for x. Below 2^-14 float16 are multiples of 2^-24; from 65520 on there is infinity.
 */
export const toHalf = shaderFunction(`fn to_half(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  let even = (size + 0xfffu + ((size >> 13u) & 1u)) & 0xffffe000u;
  let number = select(even, 0x7f800000u, even >= 0x47800000u);
  let small = bitcast<u32>(round(bitcast<f32>(size) * 16777216.0f) * 5.9604644775390625e-8f);
  let nearest = select(select(number, size, size > 0x7f800000u), small, size < 0x38800000u);
  return bitcast<f32>(nearest | (bits & 0x80000000u));
}`);
