import { philox4x32 } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { HostGenerator } from '../src/random/host-generator.ts';

/** The known-answer vectors that come with Random123 (kat_vectors, philox4x32 with 10 rounds). */
const KNOWN: [counter: number[], key: number[], answer: number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

describe('the host generator', () => {
  test.each(KNOWN)('gives the known answers of Philox 4x32-10 for %j', (counter, key, answer) => {
    expect(philox4x32(counter as [number, number, number, number], key as [number, number])).toEqual(answer);
  });

  test('draws the counter block by block from key (seed) and stream', () => {
    const block = philox4x32([1, 0, 7, 0], [5, 1]);
    const generator = new HostGenerator(2 ** 32 + 5, 7);
    for (let skipped = 0; skipped < 4; skipped++) generator.uint32();
    expect(Array.from({ length: 4 }, () => generator.uint32())).toEqual([...block]);
  });

  test('deals a permutation that holds every number once', () => {
    const order = new HostGenerator(3).permutation(1000);
    expect([...order].sort((left, right) => left - right)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect([...order]).not.toEqual([...order].sort((left, right) => left - right));
  });

  test('puts every number at every place equally often', () => {
    // 6,000 permutations of 4: each of 16 cells expects 1,500 with deviation sqrt(6000 * 1/4 * 3/4) = 33.5.
    const counts = new Array(16).fill(0);
    for (let stream = 0; stream < 6000; stream++) {
      for (const [place, value] of new HostGenerator(1, stream).permutation(4).entries()) counts[place * 4 + value]++;
    }
    for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(5 * 33.5);
  });

  test('favors no number where the limit does not divide 2^32', () => {
    // Below 3 * 2^30 a third is below 2^30; taking the remainder alone would make it a half. Deviation of 3,000: 0.0086.
    const generator = new HostGenerator(5);
    const small = Array.from({ length: 3000 }, () => generator.below(3 * 2 ** 30) < 2 ** 30).filter(Boolean).length;
    expect(Math.abs(small / 3000 - 1 / 3)).toBeLessThan(5 * 0.0086);
  });

  test('refuses a seed that is no whole number, naming it', () => {
    expect(() => new HostGenerator(1.5)).toThrow(/seed 1\.5/);
    expect(() => new HostGenerator(0, -1)).toThrow(/stream -1/);
  });
});
