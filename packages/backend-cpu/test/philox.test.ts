import { axis, binary, constant, type Expression, type LoopKernel, load } from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { runKernel } from './run-kernel.ts';

const word = (value: number): Expression => constant('uint32', value);

/** Ten rounds of Philox 4x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */
function philox(counter: Expression[], key: Expression[]): Expression[] {
  let [c0, c1, c2, c3] = counter as [Expression, Expression, Expression, Expression];
  let [k0, k1] = key as [Expression, Expression];
  for (let round = 0; round < 10; round++) {
    const high0 = binary('mulHigh', c0, word(0xd2511f53));
    const high1 = binary('mulHigh', c2, word(0xcd9e8d57));
    const low0 = binary('mul', c0, word(0xd2511f53));
    const low1 = binary('mul', c2, word(0xcd9e8d57));
    c0 = binary('xor', binary('xor', high1, c1), k0);
    c1 = low1;
    c2 = binary('xor', binary('xor', high0, c3), k1);
    c3 = low0;
    k0 = binary('add', k0, word(0x9e3779b9));
    k1 = binary('add', k1, word(0xbb67ae85));
  }
  return [c0, c1, c2, c3];
}

test('ten rounds of Philox give the known answers', async () => {
  const input = (i: number): Expression =>
    load('uint32', 0, binary('add', binary('mul', axis(0), constant('int32', 6)), constant('int32', i)));
  const words = philox([0, 1, 2, 3].map(input), [4, 5].map(input));
  const kernel: LoopKernel = {
    form: 'loop',
    outer: [3],
    inner: [],
    reductions: [],
    elementStores: [],
    arguments: [],
    bindings: [
      { dtype: 'uint32', access: 'read' },
      { dtype: 'uint32', access: 'write' },
    ],
    stores: words.map((value, i) => ({
      binding: 1,
      index: binary('add', binary('mul', axis(0), constant('int32', 4)), constant('int32', i)),
      value,
    })),
  };
  // The known-answer vectors that the authors publish with Random123 (kat_vectors, philox4x32 10).
  const ones = 0xffffffff;
  const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0];
  const [, out] = await runKernel(kernel, [[0, 0, 0, 0, 0, 0, ones, ones, ones, ones, ones, ones, ...pi], 12]);
  expect(out).toEqual([
    ...[0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ...[0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ...[0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ]);
});
