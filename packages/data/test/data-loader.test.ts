import { cpu } from '@evenkeel/backend-cpu';
import { memory, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataLoader } from '../src/data-loader.ts';
import type { HostArray } from '../src/host-array.ts';

const numbers = { length: 10, get: (index: number) => index };
const plain = { collate: (samples: number[]) => samples };

beforeAll(() => useBackend(cpu()));

describe('DataLoader', () => {
  test('deals each sample once an epoch, in the order of the dataset unless it shuffles', () => {
    expect([...new DataLoader(numbers, { batchSize: 4, ...plain })]).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    const shuffled = [...new DataLoader(numbers, { batchSize: 4, shuffle: true, ...plain })].flat();
    expect(shuffled).not.toEqual(shuffled.toSorted((left, right) => left - right));
    expect(shuffled.toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('leaves out an incomplete last batch if told to', () => {
    const loader = new DataLoader(numbers, { batchSize: 4, dropLast: true, ...plain });
    expect([loader.length, [...loader].length]).toEqual([2, 2]);
  });

  test('has an order that is a function of seed and epoch alone', () => {
    const make = (seed: number) => new DataLoader(numbers, { batchSize: 3, shuffle: true, seed, ...plain });
    const epoch = (seed: number, number: number) => [...make(seed).batches({ epoch: number })];
    expect(epoch(1, 5)).toEqual(epoch(1, 5));
    expect(epoch(1, 5)).not.toEqual(epoch(1, 6));
    expect(epoch(1, 5)).not.toEqual(epoch(2, 5));
    const loader = make(1);
    expect([[...loader], [...loader]]).toEqual([epoch(1, 0), epoch(1, 1)]);
  });

  test('can be taken up at any batch', () => {
    const loader = new DataLoader(numbers, { batchSize: 3, shuffle: true, ...plain });
    const whole = [...loader.batches({ epoch: 2 })];
    expect([...loader.batches({ epoch: 2, from: 2 })]).toEqual(whole.slice(2));
  });

  test('stacks fields into tensors of their dtypes', async () => {
    const dataset = {
      length: 2,
      get: (index: number) => ({
        image: { data: Float32Array.of(index, 1, 2, 3, 4, 5), shape: [2, 3] } as HostArray,
        ids: Int32Array.of(index, 9),
        bytes: Uint8Array.of(index),
        label: index,
      }),
    };
    const [batch] = new DataLoader(dataset, { batchSize: 2 });
    const seen = Object.entries(batch!).map(([name, { shape, dtype }]) => [name, shape, dtype]);
    expect(seen).toEqual([
      ['image', [2, 2, 3], 'float32'],
      ['ids', [2, 2], 'int32'],
      ['bytes', [2, 1], 'int32'],
      ['label', [2], 'int32'],
    ]);
    expect(await batch!.image.tolist()).toEqual([
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [
        [1, 1, 2],
        [3, 4, 5],
      ],
    ]);
    expect(await batch!.label.tolist()).toEqual([0, 1]);
  });

  test('refuses samples that do not stack, saying which field and what to do', () => {
    const ragged = { length: 2, get: (index: number) => ({ ids: new Int32Array(index + 1) }) };
    expect(() => [...new DataLoader(ragged, { batchSize: 2 })]).toThrow(
      /"ids"[\s\S]*shape \[1\][\s\S]*shape \[2\][\s\S]*pad/,
    );
    const real = { length: 1, get: () => ({ target: 0.5 }) };
    expect(() => [...new DataLoader(real)]).toThrow(/"target" is a class index[\s\S]*Float32Array\.of/);
  });

  test('refuses a batch size that is none, and data without a batch', () => {
    expect(() => new DataLoader(numbers, { batchSize: 0 })).toThrow(/batchSize 0/);
    expect(() => [...new DataLoader({ length: 0, get: () => 0 })]).toThrow(/no batch/);
  });

  test('does not grow over epochs of an evaluation loop', async () => {
    const loader = new DataLoader({ length: 40, get: () => Float32Array.of(1, 2) }, { batchSize: 4 });
    const run = async () => {
      for (const batch of loader) await batch.mul(2).sum().item();
    };
    await run();
    const before = memory().tensors;
    for (let epoch = 0; epoch < 5; epoch++) await run();
    expect(memory().tensors).toBeLessThanOrEqual(before);
  });
});
