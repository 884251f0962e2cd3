import { describe, expect, test } from 'vitest';
import { Blocks, sizeClass } from '../src/index.ts';

describe('sizeClass', () => {
  test('is at least what is asked for, in whole cache lines, and wastes at most an eighth', () => {
    for (const bytes of [0, 1, 64, 65, 1000, 1025, 5000, 100_000, 1_234_567]) {
      expect(sizeClass(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(sizeClass(bytes) % 64).toBe(0);
      if (bytes > 512) expect(sizeClass(bytes)).toBeLessThanOrEqual(bytes * 1.126);
    }
  });
});

describe('blocks', () => {
  test('begin behind what is reserved, at a cache line', () => {
    expect(new Blocks(100).take(64, 1024)).toBe(128);
  });

  test('that are given back are taken again', () => {
    const blocks = new Blocks(0);
    const first = blocks.take(64, 1024) as number;
    blocks.take(64, 1024);
    blocks.give(first, 64);
    expect(blocks.take(64, 1024)).toBe(first);
  });

  test('are joined with their neighbors where a larger one is wanted and there is no room', () => {
    const blocks = new Blocks(0);
    const addresses = [0, 1, 2, 3].map(() => blocks.take(64, 256) as number);
    for (const address of addresses.slice(0, 3)) blocks.give(address, 64);
    expect(blocks.take(192, 256)).toBe(0);
  });

  test('that are no neighbors are not joined', () => {
    const blocks = new Blocks(0);
    const addresses = [0, 1, 2, 3].map(() => blocks.take(64, 256) as number);
    blocks.give(addresses[0] as number, 64);
    blocks.give(addresses[2] as number, 64);
    expect(blocks.take(128, 256)).toBeUndefined();
    expect(blocks.take(64, 256)).toBe(addresses[0]);
  });

  test('at the end go back to the untouched rest', () => {
    const blocks = new Blocks(0);
    const addresses = [0, 1, 2].map(() => blocks.take(64, 192) as number);
    for (const address of addresses.slice(1)) blocks.give(address, 64);
    expect(blocks.take(192, 256)).toBe(64);
    expect(blocks.top).toBe(256);
  });

  test('are cut from the smallest that is large enough, and what remains is one of its own', () => {
    const blocks = new Blocks(0);
    const [large, , small] = [320, 64, 192, 64].map((bytes) => blocks.take(bytes, 640) as number);
    blocks.give(large as number, 320);
    blocks.give(small as number, 192);
    expect(blocks.take(128, 640)).toBe(small);
    expect(blocks.take(64, 640)).toBe((small as number) + 128);
    expect(blocks.take(320, 640)).toBe(large);
  });

  test('never overlap, whatever is taken and given back', () => {
    const blocks = new Blocks(64);
    const taken: { address: number; bytes: number }[] = [];
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let refused = 0;
    for (let turn = 0; turn < 5000; turn++) {
      if (random(5) < 2 && taken.length > 0) {
        const [block] = taken.splice(random(taken.length), 1);
        blocks.give((block as (typeof taken)[number]).address, (block as (typeof taken)[number]).bytes);
        continue;
      }
      const bytes = sizeClass(1 + random(3000));
      const address = blocks.take(bytes, 100_000);
      if (address === undefined) {
        refused++;
        continue;
      }
      expect(address).toBeGreaterThanOrEqual(64);
      expect(address + bytes).toBeLessThanOrEqual(100_000);
      const overlaps = taken.some((other) => address < other.address + other.bytes && other.address < address + bytes);
      expect(overlaps).toBe(false);
      taken.push({ address, bytes });
    }
    // It was full at times.
    expect(refused).toBeGreaterThan(0);
  });
});
