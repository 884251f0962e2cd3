import { cpu } from '@evenkeel/backend-cpu';
import { ones, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import { MLP } from '../src/index.ts';

beforeAll(() => useBackend(cpu()));

test('an MLP has a Linear for each hidden layer and one more, with norm, activation and dropout between', () => {
  const model = new MLP(4, 2, { hidden: [8, 6], norm: 'layer', activation: 'gelu', dropout: 0.1 });
  expect(model.layers.children().map((layer) => layer.constructor.name)).toEqual([
    'Linear',
    'LayerNorm',
    'GELU',
    'Dropout',
    'Linear',
    'LayerNorm',
    'GELU',
    'Dropout',
    'Linear',
  ]);
  expect(model.call(zeros([3, 4])).shape).toEqual([3, 2]);
});

test.each([
  ['none', ['Linear', 'ReLU', 'Linear']],
  ['batch', ['Linear', 'BatchNorm1d', 'ReLU', 'Linear']],
  ['layer', ['Linear', 'LayerNorm', 'ReLU', 'Linear']],
] as const)('the norm %s stands between a matrix and its activation', (norm, names) => {
  const model = new MLP(4, 2, { hidden: [8], norm });
  expect(model.layers.children().map((layer) => layer.constructor.name)).toEqual(names);
  expect(model.call(ones([3, 4])).shape).toEqual([3, 2]);
});

test('an MLP without hidden layers is linear', async () => {
  const model = new MLP(2, 1, { hidden: [] });
  const [zero, one, two] = [0, 1, 2].map((factor) => model.call(ones([1, 2]).mul(factor)));
  const bend = two?.sub(one?.mul(2) ?? 0).add(zero ?? 0);
  expect(await bend?.abs().item()).toBeLessThan(1e-6);
});
