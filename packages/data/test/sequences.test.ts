import { cpu } from '@evenkeel/backend-cpu';
import { useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataLoader } from '../src/data-loader.ts';
import { collatePadded } from '../src/sequences/collate-padded.ts';
import { padSequences } from '../src/sequences/pad-sequences.ts';

beforeAll(() => useBackend(cpu()));

describe('padSequences', () => {
  const sequences = [Int32Array.of(5, 6, 7), Int32Array.of(8), new Int32Array(0)];

  test('fills up to the longest and marks the padding', () => {
    const { padded, mask, lengths } = padSequences(sequences);
    expect(padded).toEqual({ data: Int32Array.of(5, 6, 7, 8, 0, 0, 0, 0, 0), shape: [3, 3] });
    expect(mask).toEqual({ data: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1), shape: [3, 3] });
    expect([...lengths]).toEqual([3, 1, 0]);
  });

  test('fills with a value, up to a length, on the left', () => {
    const { padded, mask } = padSequences(sequences.slice(0, 2), { value: -1, length: 4, side: 'left' });
    expect([...padded.data]).toEqual([-1, 5, 6, 7, -1, -1, -1, 8]);
    expect([...mask.data]).toEqual([1, 0, 0, 0, 1, 1, 1, 0]);
  });

  test('keeps what follows the first dimension', () => {
    const long = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    const { padded, mask } = padSequences([{ data: Float32Array.of(9, 8), shape: [1, 2] }, long]);
    expect(padded).toEqual({ data: Float32Array.of(9, 8, 0, 0, 1, 2, 3, 4), shape: [2, 2, 2] });
    expect([...mask.data]).toEqual([0, 1, 0, 0]);
  });

  test('refuses what does not fit together', () => {
    expect(() => padSequences([])).toThrow(/no sequences/);
    expect(() => padSequences(sequences, { length: 2 })).toThrow(/length 2, and a sequence of 3/);
    expect(() => padSequences([Int32Array.of(1), Float32Array.of(1)])).toThrow(/Float32Array \[1\]/);
    expect(() => padSequences([Int32Array.of(1), { data: new Int32Array(4), shape: [2, 2] }])).toThrow(/\[2, 2\]/);
    expect(() => padSequences([Uint8Array.of(1), Uint8Array.of(1, 2)], { value: -1 })).toThrow(/-1 in Uint8Array/);
  });
});

describe('collatePadded', () => {
  const pairs = [
    { source: Int32Array.of(1, 2), target: Int32Array.of(3), label: 0 },
    { source: Int32Array.of(4), target: Int32Array.of(5, 6), label: 1 },
  ];
  const dataset = { length: 2, get: (index: number) => pairs[index]! };

  test('pads fields to their longest, with a bool mask for each, and stacks the rest', async () => {
    const collate = collatePadded<(typeof pairs)[number], 'source' | 'target'>({ source: { value: 9 }, target: {} });
    const [batch] = new DataLoader(dataset, { batchSize: 2, collate });
    expect(await batch!.source.tolist()).toEqual([
      [1, 2],
      [4, 9],
    ]);
    expect(batch!.sourcePaddingMask.dtype).toBe('bool');
    expect(await batch!.sourcePaddingMask.tolist()).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(await batch!.targetPaddingMask.tolist()).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(await batch!.label.tolist()).toEqual([0, 1]);
  });

  test('names a field that is not there', () => {
    const collate = collatePadded({ sauce: {} }) as (samples: object[]) => unknown;
    expect(() => collate(pairs)).toThrow(/"sauce"[\s\S]*source, target, label/);
  });
});

describe('DataLoader with lengths', () => {
  const lengths = Array.from({ length: 103 }, (_, index) => (index * 37) % 101);
  const dataset = { length: 103, get: (index: number) => index };
  const make = (options: object) =>
    new DataLoader(dataset, {
      batchSize: 4,
      shuffle: true,
      lengthOf: (index) => lengths[index]!,
      collate: (all) => all,
      ...options,
    });
  const spread = (batches: number[][]) =>
    batches.reduce((sum, batch) => {
      const found = batch.map((index) => lengths[index]!);
      return sum + Math.max(...found) - Math.min(...found);
    }, 0);

  test('deals every sample once, like lengths together, batches in a random order', () => {
    const batches = [...make({})];
    expect(batches.flat().toSorted((left, right) => left - right)).toEqual([...Array(103).keys()]);
    expect(batches.map((batch) => batch.length)).toEqual([...new Array(25).fill(4), 3]);
    // Sorted, neighbors differ by at most 1, batches of four by at most 3.
    for (const batch of batches) expect(spread([batch])).toBeLessThanOrEqual(3);
    const firsts = batches.slice(0, 25).map((batch) => lengths[batch[0]!]!);
    expect(firsts).not.toEqual(firsts.toSorted((left, right) => left - right));
  });

  test('mixes more with smaller pools, and differs from epoch to epoch', () => {
    expect(spread([...make({ bucketBatches: 2 })])).toBeGreaterThan(2 * spread([...make({})]));
    expect([...make({}).batches({ epoch: 0 })]).not.toEqual([...make({}).batches({ epoch: 1 })]);
    expect([...make({}).batches({ epoch: 1 })]).toEqual([...make({}).batches({ epoch: 1 })]);
  });

  test('sorts without shuffling if asked for no shuffle', () => {
    const order = [...make({ shuffle: false })].flat().map((index) => lengths[index]!);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(() => make({ bucketBatches: 0 })).toThrow(/bucketBatches 0/);
  });
});
