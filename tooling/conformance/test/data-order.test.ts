import { cpu } from '@evenkeel/backend-cpu';
import { DataLoader } from '@evenkeel/data';
import { missing } from '@evenkeel/node-gpu';
import { type Backend, manualSeed, randperm, tensor, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import { absence, nodeWebgpu } from '../src/node-webgpu.ts';

const isAbsent = (await absence()) !== undefined;

/** What training sees on a backend, in the order in which it sees it. */
async function seen(backend: Backend): Promise<number[]> {
  useBackend(backend);
  manualSeed(5);
  const dataset = { length: 50, get: (index: number) => index };
  const collate = (samples: number[]) => tensor(samples);
  const loader = new DataLoader(dataset, { batchSize: 8, shuffle: true, seed: 9, collate });
  const numbers: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const batch of loader) numbers.push(...(await batch.data()));
    numbers.push(...(await randperm(50).data()));
  }
  return numbers;
}

test.skipIf(isAbsent)(
  `the order of data on webgpu is that on the oracle${isAbsent ? ` (${missing})` : ''}`,
  async () => {
    const backend = await nodeWebgpu();
    const got = await seen(backend);
    backend.dispose();
    expect(got).toHaveLength(200);
    expect(got.slice(0, 50)).not.toEqual(got.slice(100, 150));
    expect(got).toEqual(await seen(cpu()));
  },
);
