import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { noGrad, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Call, fromNumbers, readJson, readStateDict } from '../src/fixtures.ts';
import { layers, outputsOf } from '../src/layers.ts';
import { expectClose } from './support/close.ts';

const calls = readJson<Record<string, Call>>('layers.json');

test('every layer that PyTorch wrote has a row, and every row a file', () => {
  expect(Object.keys(layers)).toEqual(Object.keys(calls));
});

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_name, backend) => {
  beforeAll(() => useBackend(backend()));

  test.each(Object.keys(calls))('%s loads what PyTorch wrote and gives what PyTorch gave', async (name) => {
    const { inputs, outputs } = calls[name]!;
    const layer = layers[name]!.make();
    layer.loadStateDict(readStateDict(`layers/${name}`));
    const got = noGrad(() => outputsOf(name, layer, inputs.map(fromNumbers)));
    await expectClose(got, outputs);
  });

  test('a counter of 64 bits is read as it is, and halves as the floats they are', async () => {
    expect(await readStateDict('layers/BatchNorm1d').get('num_batches_tracked')!.item()).toBe(2 ** 20 + 3);
    // Half floats have 10 bits after the first, brain floats 7: scaled by them, numbers around 1 are whole.
    for (const [name, bits] of [
      ['Linear in F16', 10],
      ['Linear in BF16', 7],
    ] as const) {
      const weights = await readStateDict(`layers/${name}`).get('weight')!.data();
      for (const weight of Array.from(weights, Number)) {
        const scaled = weight * 2 ** (bits - Math.floor(Math.log2(Math.abs(weight))));
        expect(scaled).toBe(Math.round(scaled));
      }
    }
  });
});
