import { cpu } from '@evenkeel/backend-cpu';
import { readSafetensors, writeSafetensors } from '@evenkeel/formats';
import { useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import { readStateDict } from '../src/fixtures.ts';
import { layers } from '../src/layers.ts';
import { toSafetensors } from '../src/state-dict.ts';

beforeAll(() => useBackend(cpu()));

test('what PyTorch wrote comes back out with its names in their order and its values', async () => {
  const theirs = readStateDict('layers/BatchNorm1d');
  const layer = layers['BatchNorm1d']!.make();
  layer.loadStateDict(theirs);
  const { tensors } = readSafetensors(writeSafetensors(await toSafetensors(layer.stateDict())));
  expect([...tensors.keys()]).toEqual([...theirs.keys()]);
  for (const [name, value] of theirs) {
    const { shape, data } = tensors.get(name)!;
    expect(shape).toEqual([...value.shape]);
    const values = await value.data();
    expect(new Uint8Array(data)).toEqual(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
});
