import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { AveragedModel, getEmaAvgFn, updateBatchNorm } from '@evenkeel/optimizers';
import { tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { ScalingModel } from './support/scaling-model.ts';

beforeAll(() => useBackend(cpu()));

function set(model: ScalingModel, weight: number, mean: number): void {
  model.weight.assign([weight]);
  model.running_mean.assign([mean]);
}

const contents = (model: ScalingModel): Promise<number[]> =>
  Promise.all([model.weight.item(), model.running_mean.item()]);

describe('an averaged model', () => {
  test('has the mean of the parameters it was shown and the last buffers', async () => {
    const model = new ScalingModel(100);
    const averaged = new AveragedModel(model);
    for (const [weight, mean] of [
      [1, 5],
      [2, 6],
      [6, 7],
    ]) {
      set(model, weight!, mean!);
      averaged.updateParameters(model);
    }
    expect(await contents(averaged.module)).toEqual([3, 7]);
    expect(await contents(model)).toEqual([6, 7]);
    expect(averaged.module.weight.requiresGrad).toBe(false);
  });

  test('averages the buffers too when told', async () => {
    const model = new ScalingModel(0);
    const averaged = new AveragedModel(model, { useBuffers: true });
    set(model, 2, 4);
    averaged.updateParameters(model);
    set(model, 4, 10);
    averaged.updateParameters(model);
    expect(await contents(averaged.module)).toEqual([3, 7]);
  });

  test('with the function of an exponential average copies first and then follows', async () => {
    const model = new ScalingModel(100);
    const averaged = new AveragedModel(model, { avgFn: getEmaAvgFn(0.75) });
    set(model, 4, 0);
    averaged.updateParameters(model);
    set(model, 8, 0);
    averaged.updateParameters(model);
    expect(await averaged.module.weight.item()).toBe(5);
    expect(await averaged.call(tensor([2])).item()).toBe(10);
    expect(() => getEmaAvgFn(-0.5)).toThrow(ConfigError);
  });

  test('goes on from its state dict', async () => {
    const model = new ScalingModel(2);
    const first = new AveragedModel(model);
    first.updateParameters(model);
    const second = new AveragedModel(new ScalingModel(50));
    second.loadStateDict(first.stateDict());
    set(model, 4, 0);
    second.updateParameters(model);
    expect(await second.module.weight.item()).toBe(3);
  });
});

describe('updateBatchNorm', () => {
  // With weight 2 the batches' means are 2, 4 and 12.
  const batches = [[1], [2], [6]];

  test.each([0.1, null])('makes the statistics plain means over the batches, with momentum %s', async (momentum) => {
    const model = new ScalingModel(2, 99);
    model.momentum = momentum;
    model.eval();
    await updateBatchNorm(batches, model, { inputOf: (batch) => tensor(batch) });
    expect(await model.running_mean.item()).toBeCloseTo(6, 5);
    expect([model.momentum, model.training]).toEqual([momentum, false]);
  });

  test('takes the first entry of a batch that is an array, from an asynchronous loader', async () => {
    async function* loader() {
      for (const batch of batches) yield [tensor(batch), 'label'];
    }
    const model = new ScalingModel(2);
    await updateBatchNorm(loader(), model);
    expect(await model.running_mean.item()).toBeCloseTo(6, 5);
  });

  test('puts the model back when a batch fails', async () => {
    const model = new ScalingModel(2);
    model.eval();
    const failing = updateBatchNorm([1], model, {
      inputOf: () => {
        throw new Error('a bad batch');
      },
    });
    await expect(failing).rejects.toThrow('a bad batch');
    expect([model.momentum, model.training]).toEqual([0.1, false]);
  });

  test('does not run a model without running statistics', async () => {
    const model = { training: false, modules: () => [], train: () => {}, call: () => expect.unreachable() };
    await updateBatchNorm(batches, model);
    expect(model.training).toBe(false);
  });
});
