import { setTimeout as pause } from 'node:timers/promises';
import { cpu } from '@evenkeel/backend-cpu';
import { tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataLoader } from '../src/data-loader.ts';
import { HostGenerator } from '../src/random/host-generator.ts';

beforeAll(() => useBackend(cpu()));

describe('DataLoader.prefetch', () => {
  test('gives the batches that a plain loop gives, from any batch on', async () => {
    const dataset = { length: 10, get: (index: number) => index };
    const loader = new DataLoader(dataset, { batchSize: 3, shuffle: true, seed: 4, collate: (samples) => samples });
    const seen: number[][] = [];
    for await (const batch of loader.prefetch({ epoch: 2, from: 1 })) seen.push(batch);
    expect(seen).toEqual([...loader.batches({ epoch: 2, from: 1 })]);
  });

  test('prepares the next batches while a step waits, and no more than asked', async () => {
    const fetched: number[] = [];
    const dataset = {
      length: 6,
      get: (index: number) => {
        fetched.push(index);
        return index;
      },
    };
    const loader = new DataLoader(dataset, { collate: (samples) => samples });
    const counts: number[] = [];
    for await (const _ of loader.prefetch({ ahead: 2 })) {
      await pause(10);
      counts.push(fetched.length);
    }
    expect(counts).toEqual([3, 4, 5, 6, 6, 6]);
  });

  test('does not free what the step in progress made', async () => {
    const loader = new DataLoader({ length: 4, get: (index: number) => Float32Array.of(index, 1) });
    const sums: number[] = [];
    for await (const batch of loader.prefetch({ ahead: 3 })) {
      const doubled = batch.mul(tensor([2, 2]));
      await pause(5);
      sums.push(await doubled.sum().item());
    }
    expect(sums).toEqual([2, 4, 6, 8]);
  });

  test('waits for datasets that give promises, whose samples are fetched side by side', async () => {
    let open = 0;
    let most = 0;
    const dataset = {
      length: 8,
      get: async (index: number) => {
        most = Math.max(most, ++open);
        await pause(2);
        open--;
        return Int32Array.of(index);
      },
    };
    const loader = new DataLoader(dataset, { batchSize: 4 });
    const seen: unknown[] = [];
    for await (const batch of loader.prefetch()) seen.push(...((await batch.tolist()) as unknown[]));
    expect(seen).toEqual([[0], [1], [2], [3], [4], [5], [6], [7]]);
    expect(most).toBeGreaterThanOrEqual(4);
    expect(() => [...loader]).toThrow(/gives promises[\s\S]*prefetch/);
  });

  test('passes a failure on where its batch is due', async () => {
    const get = (index: number) => {
      if (index === 2) throw new Error('no sample 2');
      return index;
    };
    const loader = new DataLoader({ length: 4, get }, { collate: (samples) => samples });
    const seen: number[] = [];
    const run = async () => {
      for await (const [sample] of loader.prefetch()) seen.push(sample!);
    };
    await expect(run()).rejects.toThrow('no sample 2');
    expect(seen).toEqual([0, 1]);
  });

  test('stops preparing when the loop is left, and refuses to prepare nothing ahead', async () => {
    const fetched: number[] = [];
    const loader = new DataLoader(
      { length: 50, get: (index: number) => fetched.push(index) },
      { collate: (all) => all },
    );
    for await (const _ of loader.prefetch({ ahead: 2 })) break;
    const before = fetched.length;
    await pause(10);
    expect([before, fetched.length]).toEqual([1, 1]);
    await expect(loader.prefetch({ ahead: 0 }).next()).rejects.toThrow(/got: 0/);
  });
});

describe('DataLoader.transform', () => {
  const dataset = { length: 20, get: (index: number) => index };
  const transform = (sample: number, random: HostGenerator) => sample + random.uniform();
  const make = (options: object) => new DataLoader(dataset, { transform, collate: (all) => all, ...options });

  test('draws anew for each sample and epoch, the same for the same seed in any order', () => {
    const plain = [...make({}).batches({ epoch: 3 })].flat();
    expect(new Set(plain.map((value) => value % 1)).size).toBe(20);
    const shuffled = [...make({ shuffle: true, batchSize: 7 }).batches({ epoch: 3 })].flat();
    expect(shuffled.toSorted((left, right) => left - right)).toEqual(plain);
    expect([...make({}).batches({ epoch: 4 })].flat()).not.toEqual(plain);
    expect([...make({ seed: 1 }).batches({ epoch: 3 })].flat()).not.toEqual(plain);
  });

  test('gives prefetched batches the same numbers', async () => {
    const seen: number[] = [];
    for await (const batch of make({}).prefetch({ epoch: 3 })) seen.push(...batch);
    expect(seen).toEqual([...make({}).batches({ epoch: 3 })].flat());
  });

  test('has uniform numbers between their bounds', () => {
    const random = new HostGenerator(0);
    const drawn = Array.from({ length: 2000 }, () => random.uniform(-2, 4));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...drawn)).toBeLessThan(4);
    // Mean 1, standard error 6 / sqrt(12 * 2000) = 0.039; five of them.
    expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / 2000 - 1)).toBeLessThan(0.2);
  });
});
