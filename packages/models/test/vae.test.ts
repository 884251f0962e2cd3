import { wasm } from '@evenkeel/backend-wasm';
import { manualSeed, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { VAE, vaeLoss } from '../src/index.ts';
import { train } from './support/train.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(1));

test('the loss is the misfit plus the divergence from the standard normal, by the closed form', async () => {
  const output = {
    reconstruction: tensor([[0, 0, 0]]),
    mean: tensor([[1, 0]]),
    logVariance: tensor([[0, Math.log(4)]]),
  };
  // Logits of 0 cost log 2 each; KL(N(1, 1)) = 1/2, KL(N(0, 4)) = (4 − 1 − log 4) / 2.
  const misfit = 3 * Math.log(2);
  const divergence = 0.5 + (3 - Math.log(4)) / 2;
  const input = tensor([[1, 0, 1]]);
  expect(await vaeLoss(output, input).item()).toBeCloseTo(misfit + divergence, 5);
  expect(await vaeLoss(output, input, { beta: 4 }).item()).toBeCloseTo(misfit + 4 * divergence, 5);
});

test('in training it draws around the mean with the variance it gives, in evaluation it takes the mean', async () => {
  const model = new VAE(2, { hidden: [4], latent: 1 });
  const values = (weight: number[][], bias: number[]) => ({ weight: tensor(weight), bias: tensor(bias) });
  model.mean.loadStateDict(values([[0, 0, 0, 0]], [3]));
  model.log_variance.loadStateDict(values([[0, 0, 0, 0]], [Math.log(0.25)]));
  // A decoder that passes the latent number on shows what it was.
  model.decoder = Object.assign(model.decoder, { forward: (point: unknown) => point });
  const drawn = model.call(zeros([20_000, 2])).reconstruction;
  // 20 000 draws of N(3, 0.5²): the mean is within 4 · 0.5 / √20 000 = 0.014, the deviation within 0.01.
  expect(Math.abs((await drawn.mean().item()) - 3)).toBeLessThan(0.015);
  expect(Math.abs((await drawn.std().item()) - 0.5)).toBeLessThan(0.011);
  expect(
    await model
      .eval()
      .call(zeros([2, 2]))
      .reconstruction.tolist(),
  ).toEqual([[3], [3]]);
});

test('learns four patterns and then draws them', async () => {
  const patterns = tensor([
    [1, 1, 0, 0, 0, 0],
    [0, 0, 1, 1, 0, 0],
    [0, 0, 0, 0, 1, 1],
    [1, 1, 1, 1, 1, 1],
  ]);
  const model = new VAE(6, { hidden: [32], latent: 2 });
  const { first, last } = await train(model, 250, 0.01, () => vaeLoss(model.call(patterns), patterns));
  expect(first).toBeGreaterThan(3.5);
  // Which of four equally likely patterns it was takes log 4 = 1.39 nats; six pixels at random take 4.16.
  expect(last).toBeLessThan(3);
  const found = await model.eval().call(patterns).reconstruction.gt(0).to('float32').tolist();
  expect(found).toEqual(await patterns.tolist());
  const samples = model.sample(5);
  expect(samples.shape).toEqual([5, 6]);
  expect(await samples.amax().item()).toBeLessThanOrEqual(1);
});
