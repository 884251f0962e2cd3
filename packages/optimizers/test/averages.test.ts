import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, ShapeError, StateDictError } from '@evenkeel/errors';
import {
  AveragedParameters,
  ExponentialMovingAverage,
  parametersToVector,
  vectorToParameters,
} from '@evenkeel/optimizers';
import { Parameter, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

test('an exponential moving average starts at the parameters and follows them', async () => {
  const p = new Parameter(tensor([4]));
  const average = new ExponentialMovingAverage([p], { decay: 0.5 });
  p.assign([8]);
  average.update();
  expect(await average.averages[0]!.item()).toBe(6);
  average.update();
  expect(await average.averages[0]!.item()).toBe(7);
});

test('the plain average is the mean of what it was shown, without what it was made with', async () => {
  const p = new Parameter(tensor([100]));
  const average = new AveragedParameters([p]);
  for (const value of [1, 2, 6]) {
    p.assign([value]);
    average.update();
  }
  expect(await average.averages[0]!.item()).toBeCloseTo(3, 6);
  expect(average.count).toBe(3);
});

test('swap exchanges model and average, twice is nothing', async () => {
  const p = new Parameter(tensor([1]));
  const average = new AveragedParameters([p]);
  p.assign([5]);
  average.swap();
  expect([await p.item(), await average.averages[0]!.item()]).toEqual([1, 5]);
  average.swap();
  expect([await p.item(), await average.averages[0]!.item()]).toEqual([5, 1]);
});

test('goes on from its state dict', async () => {
  const p = new Parameter(tensor([2]));
  const first = new AveragedParameters([p]);
  first.update();
  const second = new AveragedParameters([p]);
  second.loadStateDict(first.stateDict());
  p.assign([4]);
  second.update();
  expect(await second.averages[0]!.item()).toBe(3);
  expect(() => second.loadStateDict({ n_averaged: 1, averages: [] })).toThrow(StateDictError);
});

test('a decay beyond 1 is refused', () => {
  expect(() => new ExponentialMovingAverage([], { decay: 1.5 })).toThrow(ConfigError);
});

test('parameters go into a vector and come back', async () => {
  const parameters = [new Parameter(tensor([[1, 2]])), new Parameter(tensor([3]))];
  const vector = parametersToVector(parameters);
  expect([...(await vector.data())]).toEqual([1, 2, 3]);
  vectorToParameters(tensor([4, 5, 6]), parameters);
  expect([await parameters[0]!.tolist(), await parameters[1]!.tolist()]).toEqual([[[4, 5]], [6]]);
  expect(() => vectorToParameters(tensor([1]), parameters)).toThrow(ShapeError);
});
