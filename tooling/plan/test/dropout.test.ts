import '@evenkeel/tensor/methods';
import { type Expression, isRepeat, partsOf, printKernel } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import type { Plan } from '@evenkeel/compiler';
import { GPT } from '@evenkeel/models';
import {
  Conv2d,
  crossEntropy,
  Dropout,
  Dropout2d,
  GELU,
  LayerNorm,
  Linear,
  ReLU,
  Sequential,
  Tanh,
} from '@evenkeel/nn-layers';
import { rand, randint, type Tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { figuresOf } from '../src/figures.ts';
import { gradientsOf, type Layer, planOf } from './plans.ts';

beforeEach(() => useBackend(nullBackend()));

const rows = () => rand([32, 48]);
const image = () => rand([2, 4, 8, 8]);

describe('dropout is no kernel of its own, forward or backward, and its mask is not stored', () => {
  const linear = () => new Linear(48, 48);

  /** A training step of layers, with and without dropout. */
  function figures(make: (p: number) => Layer, p: number) {
    const model = make(p);
    const x = rows();
    const plan = planOf(gradientsOf(() => model.call(x).square().mean(), model.parameters()));
    return { ...figuresOf(plan), stored: storedUniforms(plan) };
  }

  test.each<[string, (p: number) => Layer]>([
    ['after an activation', (p) => new Sequential(linear(), new ReLU(), new Dropout(p), linear())],
    ['after another', (p) => new Sequential(linear(), new GELU(), new Dropout(p), linear())],
    ['after a product', (p) => new Sequential(linear(), new Dropout(p), linear())],
    ['after a normalization', (p) => new Sequential(linear(), new LayerNorm([48]), new Dropout(p), linear())],
    ['twice', (p) => new Sequential(linear(), new Dropout(p), new Tanh(), new Dropout(p), linear())],
  ])('%s', (_name, make) => {
    const [without, dropped] = [figures(make, 0), figures(make, 0.5)];
    expect(dropped.kernels).toBe(without.kernels);
    expect(dropped.plannedBytes).toBeLessThanOrEqual(without.plannedBytes + 2 * 32 * 48 * 4);
    expect(dropped.stored).toBe(0);
  });

  test('in a GPT, of which attention drops weights too', () => {
    const step = (dropout: number) => {
      const model = new GPT(16, { contextLength: 8, numLayers: 2, nhead: 2, dModel: 16, dropout });
      const [x, y] = [randint(0, 16, [2, 8]), randint(0, 16, [16])];
      return planOf(gradientsOf(() => crossEntropy(model.call(x).reshape([-1, 16]), y), model.parameters()));
    };
    expect(figuresOf(step(0.1)).kernels).toBe(figuresOf(step(0)).kernels);
    expect(storedUniforms(step(0.1))).toBe(0);
  });

  test('of channels draws one number for each in one small kernel', () => {
    const model = new Sequential(new Conv2d(4, 4, 3, { padding: 1 }), new Dropout2d(0.5), new Conv2d(4, 4, 3));
    const x = image();
    const plan = planOf(gradientsOf(() => model.call(x).square().mean(), model.parameters()));
    expect(storedUniforms(plan)).toBeLessThanOrEqual(1);
  });
});

test('random numbers that are sorted are drawn before: a sort may ask for each of them again and again', () => {
  const { program } = planOf((x: Tensor) => rand([64]).add(x).argsort(), rand([64]));
  const kernels = program.steps.flatMap((step) => (isRepeat(step) ? [] : step.kernel));
  const draws = kernels.map((kernel) => printKernel(kernel).includes('random('));
  // Drawn and added; ranked, which is a loop over all pairs here; put in order.
  expect(draws).toEqual([true, false, false]);
});

/** How many kernels leave random numbers, or what is chosen by them alone, in memory. */
function storedUniforms({ program }: Plan): number {
  const isMask = (e: Expression): boolean => partsOf([e]).size > 0 && !reads(e) && draws(e);
  const reads = (e: Expression) => [...partsOf([e])].some(({ kind }) => kind === 'load' || kind === 'reduced');
  const draws = (e: Expression) => [...partsOf([e])].some(({ kind }) => kind === 'random');
  return program.steps.filter((step) => {
    if (isRepeat(step) || step.kernel.form === 'routine') return false;
    const { kernel } = step;
    const stores = kernel.form === 'loop' ? [...kernel.stores, ...kernel.elementStores] : kernel.stores;
    return stores.some(({ value }) => isMask(value));
  }).length;
}
