import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { full, manualSeed, ones, randn, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { gumbelSoftmax, RReLU, rrelu, Softmax2d } from '../src/index.ts';
import { distance, statistics } from './support/reference.ts';

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
])('on %s', (_name, backend) => {
  beforeEach(() => {
    useBackend(backend());
    manualSeed(2);
  });

  test('rrelu draws a slope for each negative element in training, which is its gradient too', async () => {
    const input = full([4000], -2, { requiresGrad: true });
    const output = rrelu(input, { lower: 0.1, upper: 0.5, training: true });
    const { mean, std, min, max } = await statistics(output);
    // −2 times a uniform number: mean −0.6, deviation 2 · 0.4 / √12, each within five standard errors.
    expect(Math.abs(mean + 0.6)).toBeLessThan(5 * (0.231 / Math.sqrt(4000)));
    expect(Math.abs(std - 0.231)).toBeLessThan(0.01);
    expect(min).toBeGreaterThanOrEqual(-1);
    expect(max).toBeLessThanOrEqual(-0.2);
    output.sum().backward();
    expect(await distance((input.grad as Tensor).mul(-2), output)).toBeLessThan(1e-6);
  });

  test('RReLU takes the middle slope in evaluation, and leaves what is positive', async () => {
    const layer = new RReLU();
    const input = tensor([-24, 0, 3]);
    const [first, ...rest] = (await layer.eval().call(input).tolist()) as number[];
    // (1/8 + 1/3) / 2 = 11/48.
    expect(first).toBeCloseTo(-5.5, 5);
    expect(rest).toEqual([0, 3]);
    expect(await distance(layer.train().call(input), layer.eval().call(input))).toBeGreaterThan(0.01);
    expect(() => rrelu(input, { lower: 1, upper: 0.5 })).toThrow(ConfigError);
  });

  test('gumbelSoftmax samples each class as often as softmax says', async () => {
    const probabilities = [0.5, 0.3, 0.2];
    const logits = tensor(probabilities).log().expand([4000, 3]);
    const samples = gumbelSoftmax(logits, { hard: true });
    const shares = (await samples.mean(0).tolist()) as number[];
    for (const [index, p] of probabilities.entries()) {
      expect(Math.abs((shares[index] as number) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 4000));
    }
    expect(await distance(samples.sum(1), ones([4000]))).toBe(0);
  });

  test('gumbelSoftmax has soft values near one-hot at a low temperature, and their gradient where it is hard', async () => {
    const logits = randn([50, 4]);
    logits.requiresGrad = true;
    const weights = randn([50, 4]);
    const gradients: Tensor[] = [];
    const samples: Tensor[] = [];
    for (const hard of [false, true]) {
      manualSeed(9);
      const sample = gumbelSoftmax(logits, { tau: 0.5, hard });
      logits.grad = undefined;
      sample.mul(weights).sum().backward();
      gradients.push((logits.grad as unknown as Tensor).clone());
      samples.push(sample);
    }
    const [soft, hard] = samples as [Tensor, Tensor];
    expect(await distance(gradients[0] as Tensor, gradients[1] as Tensor)).toBeLessThan(1e-6);
    expect(await distance(soft.argmax(1), hard.argmax(1))).toBe(0);
    expect(await distance(soft, hard)).toBeGreaterThan(0.01);
    const cold = gumbelSoftmax(logits.detach(), { tau: 1e-4 });
    expect(await cold.max(1).values.mean().item()).toBeGreaterThan(0.95);
    expect(() => gumbelSoftmax(logits, { tau: 0 })).toThrow(ConfigError);
  });

  test('Softmax2d sums to one over the channels at each position', async () => {
    const input = randn([2, 3, 4, 5]);
    const output = new Softmax2d().call(input);
    expect(await distance(output.sum(1), ones([2, 4, 5]))).toBeLessThan(1e-6);
    expect(await distance(new Softmax2d().call(input.select(0, 1)), output.select(0, 1))).toBeLessThan(1e-6);
    expect(() => new Softmax2d().call(zeros([2, 3]))).toThrow(ShapeError);
  });
});
