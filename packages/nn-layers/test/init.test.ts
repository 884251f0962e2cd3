import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { eye, Generator, manualSeed, Parameter, type Tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Embedding, init, Linear, MultiheadAttention, Transformer } from '../src/index.ts';
import { erf } from '../src/init/truncated.ts';
import { distance, statistics } from './support/reference.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(7));

const parameter = (...shape: number[]): Parameter => new Parameter(zeros(shape));

/** With n draws the mean is within 5 σ/√n of the true one all but once in two million times. */
async function expectUniform(values: Tensor, bound: number): Promise<void> {
  const { mean, std, min, max } = await statistics(values);
  const allowed = (5 * bound) / Math.sqrt(3 * values.size);
  expect(Math.abs(mean)).toBeLessThan(allowed);
  expect(Math.abs(std - bound / Math.sqrt(3))).toBeLessThan(allowed);
  expect(min).toBeGreaterThanOrEqual(-bound);
  expect(max).toBeLessThanOrEqual(bound);
  // The extremes of n uniform draws come within a few bound/n of the bound.
  expect(max).toBeGreaterThan(bound * (1 - 20 / values.size));
}

async function expectNormal(values: Tensor, mean: number, std: number): Promise<void> {
  const found = await statistics(values);
  const allowed = (5 * std) / Math.sqrt(values.size);
  expect(Math.abs(found.mean - mean)).toBeLessThan(allowed);
  expect(Math.abs(found.std - std)).toBeLessThan(allowed);
  // No uniform: something lies beyond 2.5 deviations, where a uniform of that deviation ends at 1.73.
  expect(found.max).toBeGreaterThan(mean + 2.5 * std);
}

describe('initializers', () => {
  test('draw from the distributions of their papers', async () => {
    await expectUniform(init.xavierUniform_(parameter(60, 90)), Math.sqrt(6 / 150));
    await expectUniform(init.xavierUniform_(parameter(60, 90), { gain: 2 }), 2 * Math.sqrt(6 / 150));
    await expectNormal(init.xavierNormal_(parameter(60, 90)), 0, Math.sqrt(2 / 150));
    await expectUniform(init.kaimingUniform_(parameter(40, 10, 3, 3)), Math.sqrt(6 / 90));
    await expectUniform(
      init.kaimingUniform_(parameter(40, 10, 3, 3), { mode: 'fanOut', nonlinearity: 'relu' }),
      Math.sqrt(6 / 360),
    );
    await expectNormal(init.kaimingNormal_(parameter(50, 80), { a: Math.sqrt(5) }), 0, Math.sqrt(1 / 3 / 80));
    await expectUniform(init.lecunUniform_(parameter(50, 80)), Math.sqrt(3 / 80));
    await expectNormal(init.lecunNormal_(parameter(50, 80)), 0, Math.sqrt(1 / 80));
    await expectNormal(init.normal_(parameter(4000), { mean: 3, std: 0.5 }), 3, 0.5);
    const shifted = init.uniform_(parameter(4000), { low: 1, high: 3 });
    await expectUniform(shifted.sub(2), 1);
  });

  test('fill with constants', async () => {
    expect(await init.constant_(parameter(2), 3).tolist()).toEqual([3, 3]);
    expect(await init.ones_(parameter(1, 2)).tolist()).toEqual([[1, 1]]);
    expect(await init.zeros_(init.ones_(parameter(2))).tolist()).toEqual([0, 0]);
    expect(await init.eye_(parameter(2, 3)).tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(() => init.eye_(parameter(2))).toThrow(ShapeError);
  });

  test('cut the normal distribution off at the bounds without piling up there', async () => {
    const values = init.truncNormal_(parameter(20_000), { mean: 0.5, std: 1, a: -0.5, b: 2 });
    const { mean, std, min, max } = await statistics(values);
    // Mean and variance of N(0.5, 1) on [−0.5, 2]: φ(−1), φ(1.5), Φ(1.5) − Φ(−1) by tables.
    const [low, high, mass] = [0.2419707245, 0.1295175957, 0.7745375447];
    const exactMean = 0.5 + (low - high) / mass;
    const exactVariance = 1 + (-1 * low - 1.5 * high) / mass - ((low - high) / mass) ** 2;
    const allowed = 5 * Math.sqrt(exactVariance / 20_000);
    expect(Math.abs(mean - exactMean)).toBeLessThan(allowed);
    expect(Math.abs(std - Math.sqrt(exactVariance))).toBeLessThan(allowed);
    expect(min).toBeGreaterThanOrEqual(-0.5);
    expect(max).toBeLessThanOrEqual(2);
    const atTheEnds = Array.from(await values.data(), Number).filter((value) => value === -0.5 || value === 2);
    expect(atTheEnds.length).toBeLessThan(3);
  });

  test('reach far into the tails of a wide truncated normal', async () => {
    const { max, std } = await statistics(init.truncNormal_(parameter(20_000), { std: 0.02 }));
    expect(std).toBeCloseTo(0.02, 3);
    expect(max).toBeGreaterThan(0.06);
    expect(max).toBeLessThan(0.12);
  });

  test('know erf well enough for that', () => {
    // Abramowitz and Stegun, table 7.1.
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
    expect(erf(2.6)).toBeCloseTo(0.9997639655834707, 14);
    expect(erf(-1)).toBeCloseTo(-0.8427007929497149, 14);
  });

  test('draw from the generator they are given and leave the default one alone', async () => {
    const [first, second] = [parameter(5), parameter(5)];
    init.normal_(first, { generator: new Generator(3) });
    init.normal_(second, { generator: new Generator(3) });
    expect(await distance(first, second)).toBe(0);
    manualSeed(9);
    const expected = await init.uniform_(parameter(5)).tolist();
    manualSeed(9);
    init.uniform_(parameter(5), { generator: new Generator(3) });
    expect(await init.uniform_(parameter(5)).tolist()).toEqual(expected);
  });

  test.each([
    [4, 4],
    [3, 5],
    [5, 3],
    [4, 2, 3],
  ])('make matrices orthogonal: [%s, %s, …]', async (...shape) => {
    const flat = init.orthogonal_(parameter(...shape), { gain: 2 }).flatten(1);
    const gram = flat.shape[0]! <= flat.shape[1]! ? flat.matmul(flat.t()) : flat.t().matmul(flat);
    expect(await distance(gram, eye(gram.shape[0]!).mul(4))).toBeLessThan(1e-5);
  });

  test('leave the chosen share of each column empty', async () => {
    const weight = init.sparse_(parameter(10, 40), 0.25);
    expect(new Set((await weight.eq(0).sum(0).data()) as Int32Array)).toEqual(new Set([3]));
    const { std } = await statistics(weight);
    // √0.7 of the deviation is left when 30 % are zero.
    expect(Math.abs(std - 0.01 * Math.sqrt(0.7))).toBeLessThan(0.002);
  });

  test('put ones in the middle of a convolution’s kernels', async () => {
    const weight = init.dirac_(parameter(4, 2, 3), { groups: 2 });
    expect(await weight.select(2, 1).tolist()).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(await weight.sum().item()).toBe(4);
    expect(() => init.dirac_(parameter(4, 2))).toThrow(ShapeError);
  });

  test('record no gradient and keep the parameter a leaf', () => {
    const weight = init.kaimingNormal_(parameter(2, 2));
    expect(weight.requiresGrad).toBe(true);
    weight.sum().backward();
    expect(weight.grad).toBeDefined();
  });

  test('refuse what has no fan or no gain', () => {
    expect(() => init.xavierUniform_(parameter(3))).toThrow(ShapeError);
    expect(() => init.calculateGain('reluu' as 'relu')).toThrow(/did you mean 'relu'/);
    expect(() => init.truncNormal_(parameter(3), { a: 2, b: 1 })).toThrow(ConfigError);
  });

  test('take PyTorch’s gains', () => {
    expect(init.calculateGain('tanh')).toBe(5 / 3);
    expect(init.calculateGain('leakyRelu', 0.2)).toBeCloseTo(Math.sqrt(2 / 1.04), 15);
    expect(init.calculateGain('leaky_relu' as 'leakyRelu')).toBeCloseTo(Math.sqrt(2 / 1.0001), 15);
  });
});

describe('layers start as PyTorch’s do', () => {
  test('Linear: weight and bias uniform within 1/√in', async () => {
    const layer = new Linear(100, 3000);
    await expectUniform(layer.weight.narrow(0, 0, 50), 0.1);
    await expectUniform(layer.bias as Tensor, 0.1);
  });

  test('Linear: bit for bit what Kaiming’s draw with slope √5 is', async () => {
    for (const features of [1, 3, 16, 784, 4097]) {
      manualSeed(3);
      const { weight } = new Linear(features, 5);
      manualSeed(3);
      const drawn = init.kaimingUniform_(parameter(5, features), { a: Math.sqrt(5) });
      expect(await weight.data()).toEqual(await drawn.data());
    }
  });

  test('Embedding: standard normal, the padding row zero', async () => {
    const layer = new Embedding(100, 50, { paddingIdx: -1 });
    await expectNormal(layer.weight.narrow(0, 0, 99), 0, 1);
    expect(await layer.weight.select(0, 99).abs().sum().item()).toBe(0);
  });

  test('MultiheadAttention: Xavier-uniform projections and zero biases', async () => {
    const layer = new MultiheadAttention(48, 2);
    await expectUniform(layer.in_proj_weight as Tensor, Math.sqrt(6 / (4 * 48)));
    await expectUniform(layer.out_proj.weight, 1 / Math.sqrt(48));
    expect(await layer.in_proj_bias?.abs().sum().item()).toBe(0);
    expect(await layer.out_proj.bias?.abs().sum().item()).toBe(0);
    const other = new MultiheadAttention(48, 2, { kdim: 24 });
    await expectUniform(other.k_proj_weight as Tensor, Math.sqrt(6 / 72));
  });

  test('Transformer: every matrix Xavier-uniform and no two layers alike', async () => {
    const net = new Transformer({ dModel: 16, nhead: 2, numEncoderLayers: 2, numDecoderLayers: 1, dimFeedforward: 32 });
    const [first, second] = [net.encoder.layers.at(0), net.encoder.layers.at(1)];
    await expectUniform(first.linear1.weight, Math.sqrt(6 / 48));
    expect(await distance(first.linear1.weight, second.linear1.weight)).toBeGreaterThan(0.01);
  });
});
