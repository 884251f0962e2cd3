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
});
