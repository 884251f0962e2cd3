import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { Ensemble } from '@evenkeel/optimizers';
import { tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import { ScalingModel } from './support/scaling-model.ts';

beforeAll(() => useBackend(cpu()));

test('the output is the mean of the outputs, in evaluation mode', async () => {
  const models = [new ScalingModel(1), new ScalingModel(2), new ScalingModel(6)];
  const ensemble = new Ensemble(models);
  expect(await ensemble.call(tensor([1, -2])).tolist()).toEqual([3, -6]);
  expect(models.map(({ training }) => training)).toEqual([false, false, false]);
});

test('map comes before the mean, so that probabilities can be averaged', async () => {
  const ensemble = new Ensemble([new ScalingModel(0), new ScalingModel(1)], { map: (logits) => logits.softmax(-1) });
  // softmax(0, 0) is 1/2 each; softmax(ln 3, 0) is 3/4 and 1/4.
  const [first, second] = (await ensemble.call(tensor([Math.log(3), 0])).tolist()) as number[];
  expect([first, second]).toEqual([expect.closeTo(0.625, 6), expect.closeTo(0.375, 6)]);
});

test('no models are refused', () => {
  expect(() => new Ensemble([])).toThrow(ConfigError);
});
