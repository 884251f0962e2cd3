/**
 * Philox 4x32-10, the counter-based generator: ten rounds that turn a 128-bit counter and a 64-bit key into random bits
 * (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011). Written once, as a kernel expression:
 * every backend draws the same bits.
 */
import { binary, cast, constant, type Expression } from '@evenkeel/backend';

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
/** The golden ratio and √3 - 1, which keep the keys of the rounds apart. */
const increments = [0x9e3779b9, 0xbb67ae85] as const;

const word = (value: number) => constant('uint32', value);

type Words = readonly [Expression, Expression, Expression, Expression];

export function philox(counter: Words, key: readonly [Expression, Expression]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = binary('mulHigh', c0, word(multipliers[0]));
    const low0 = binary('mul', c0, word(multipliers[0]));
    const high1 = binary('mulHigh', c2, word(multipliers[1]));
    const low1 = binary('mul', c2, word(multipliers[1]));
    [c0, c1, c2, c3] = [
      binary('xor', binary('xor', high1, c1), k0),
      low1,
      binary('xor', binary('xor', high0, c3), k1),
      low0,
    ];
    k0 = binary('add', k0, word(increments[0]));
    k1 = binary('add', k1, word(increments[1]));
  }
  return [c0, c1, c2, c3];
}

/**
 * Four random words of a stream: `numbers` are the low and high words of the seed and of the stream's first block. Block
 * `first + index` is the counter, so a stream is a function of its seed.
 */
export function randomWords(index: Expression, numbers: readonly Expression[]): Words {
  const [seedLow, seedHigh, firstLow, firstHigh] = numbers as Words;
  const low = binary('add', firstLow, cast('uint32', index));
  const carry = cast('uint32', binary('lt', low, firstLow));
  return philox([low, binary('add', firstHigh, carry), word(0), word(0)], [seedLow, seedHigh]);
}
