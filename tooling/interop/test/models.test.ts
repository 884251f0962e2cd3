import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { fromGPT2, toGPT2 } from '@evenkeel/models';
import { noGrad, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Call, fromNumbers, readJson, readStateDict } from '../src/fixtures.ts';
import { models } from '../src/models.ts';
import { expectClose } from './support/close.ts';

const calls = readJson<Record<string, Call>>('models.json');

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_name, backend) => {
  beforeAll(() => useBackend(backend()));

  test.each(Object.keys(calls))('%s loads what PyTorch wrote and gives what PyTorch gave', async (name) => {
    const { inputs, outputs } = calls[name]!;
    const { make, map = (stateDict) => stateDict, call } = models[name]!;
    const model = make().eval();
    const published = readStateDict(`models/${name}`);
    model.loadStateDict(map(published));
    await expectClose([noGrad(() => call(model as never, inputs.map(fromNumbers)))], outputs);
  });

  test('gpt2 loads also from a file that leaves the tied head out', async () => {
    const published = readStateDict('models/gpt2');
    published.delete('lm_head.weight');
    const model = models['gpt2']!.make().eval();
    model.loadStateDict(models['gpt2']!.map!(published));
    const { inputs, outputs } = calls['gpt2']!;
    await expectClose([noGrad(() => models['gpt2']!.call(model as never, inputs.map(fromNumbers)))], outputs);
  });
});

test('gpt2’s state dict comes back as it was, but for the masks', async () => {
  useBackend(cpu());
  const published = readStateDict('models/gpt2');
  const back = toGPT2(fromGPT2(published));
  const isMask = (name: string): boolean => /\.attn\.(masked_)?bias$/.test(name);
  expect([...back.keys()].sort()).toEqual([...published.keys()].filter((name) => !isMask(name)).sort());
  for (const [name, value] of back) expect(await value.tolist()).toEqual(await published.get(name)!.tolist());
});
