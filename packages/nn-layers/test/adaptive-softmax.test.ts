import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { manualSeed, ones, randn, setDefaultDtype, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AdaptiveLogSoftmaxWithLoss } from '../src/index.ts';
import { distance } from './support/reference.ts';

beforeAll(() => {
  useBackend(cpu());
  setDefaultDtype('float64');
});
afterAll(() => setDefaultDtype('float32'));
beforeEach(() => manualSeed(3));

const classes = (values: number[]): Tensor => tensor(values, { dtype: 'int32' });

test('has PyTorch’s names and sizes, and probabilities that sum to one', async () => {
  const layer = new AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], { divValue: 2, headBias: true });
  const shapes = [...layer.stateDict()].map(([name, value]) => `${name} ${value.shape.join('x')}`);
  expect(shapes).toEqual([
    'head.weight 5x8',
    'head.bias 5',
    'tail.0.0.weight 4x8',
    'tail.0.1.weight 3x4',
    'tail.1.0.weight 2x8',
    'tail.1.1.weight 4x2',
  ]);
  const all = layer.logProb(randn([5, 8]));
  expect(all.shape).toEqual([5, 10]);
  expect(await distance(all.exp().sum(1), ones([5]))).toBeLessThan(1e-12);
});

test('costs what its own log-probabilities say of the targets, in every cluster', async () => {
  const layer = new AdaptiveLogSoftmaxWithLoss(16, 10, [3, 6]);
  const input = randn([10, 16]);
  const target = classes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { output, loss } = layer.call(input, target);
  const wanted = layer.logProb(input).diagonal();
  expect(await distance(output, wanted)).toBeLessThan(1e-12);
  expect(await distance(loss, wanted.mean().neg())).toBeLessThan(1e-12);
  expect(await distance(layer.predict(input), layer.logProb(input).argmax(1))).toBe(0);
  const single = layer.call(input.select(0, 7), target.select(0, 7));
  expect(await distance(single.output, wanted.select(0, 7))).toBeLessThan(1e-12);
  loss.backward();
  for (const parameter of layer.parameters()) expect(await parameter.grad?.abs().sum().item()).toBeGreaterThan(0);
});

test('refuses cutoffs that do not ascend, and targets that do not fit', () => {
  for (const cutoffs of [[], [0, 3], [3, 3], [10]]) {
    expect(() => new AdaptiveLogSoftmaxWithLoss(8, 10, cutoffs)).toThrow(ConfigError);
  }
  // The second cluster would have 8 / 4² = 0 features.
  expect(() => new AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6])).toThrow(ConfigError);
  expect(() => new AdaptiveLogSoftmaxWithLoss(16, 10, [3, 6]).call(zeros([2, 16]), classes([1]))).toThrow(ShapeError);
});
