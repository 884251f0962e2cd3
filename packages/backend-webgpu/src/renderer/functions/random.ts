import { multiplyHigh } from './integer.ts';
import { shaderFunction } from './shader-function.ts';

/** A word of a random stream by its index: `philox4x32` of the contract, of which each invocation computes its own block. */
export const randomWord = shaderFunction(
  `fn random_word(index: i32, seed_low: u32, seed_high: u32, first_low: u32, first_high: u32) -> u32 {
  let low = first_low + (u32(index) >> 2u);
  var counter = vec4<u32>(low, first_high + select(0u, 1u, low < first_low), 0u, 0u);
  var key = vec2<u32>(seed_low, seed_high);
  for (var round = 0; round < 10; round++) {
    let high0 = multiply_high(counter.x, 0xd2511f53u);
    let high1 = multiply_high(counter.z, 0xcd9e8d57u);
    let low0 = counter.x * 0xd2511f53u;
    let low1 = counter.z * 0xcd9e8d57u;
    counter = vec4<u32>(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter[u32(index) & 3u];
}`,
  [multiplyHigh],
);
