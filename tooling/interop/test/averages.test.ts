import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { BatchNorm1d, Linear, Sequential } from '@evenkeel/nn-layers';
import { AveragedModel, updateBatchNorm } from '@evenkeel/optimizers';
import { type Tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromNumbers, type Numbers, readJson } from '../src/fixtures.ts';
import { expectClose } from './support/close.ts';

interface Averages {
  snapshots: Record<string, Numbers>[];
  batches: Numbers[];
  averaged: Record<string, Numbers>;
}

const { snapshots, batches, averaged: theirs } = readJson<Averages>('averages.json');

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_name, backend) => {
  beforeAll(() => useBackend(backend()));

  test('an averaged model and its renewed batch norm are those of PyTorch’s swa_utils', async () => {
    const model = new Sequential(new Linear(3, 4), new BatchNorm1d(4), new Linear(4, 2));
    const averaged = new AveragedModel(model);
    for (const snapshot of snapshots) {
      model.loadStateDict(
        new Map(Object.entries(snapshot).map(([name, value]): [string, Tensor] => [name, fromNumbers(value)])),
      );
      averaged.updateParameters(model);
    }
    await updateBatchNorm(
      batches.map((batch) => [fromNumbers(batch).keep()]),
      averaged.module,
    );

    const { n_averaged, module } = averaged.stateDict();
    const names = Object.keys(theirs);
    expect(['n_averaged', ...[...module.keys()].map((name) => `module.${name}`)]).toEqual(names);
    expect(n_averaged).toBe(theirs['n_averaged']!.data[0]);
    const [, ...tensors] = Object.values(theirs);
    await expectClose([...module.values()], tensors, 1e-5);
  });
});
