import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { manualSeed, ones, randn, type Tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AlphaDropout,
  alphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  FeatureAlphaDropout,
  StochasticDepth,
  stochasticDepth,
} from '../src/index.ts';
import { statistics } from './support/reference.ts';

/** The values that occur in each slice of the first `dims` dimensions, one set for each slice. */
async function valuesOf(x: Tensor, dims: number): Promise<Set<number>[]> {
  const rows = x.shape.slice(0, dims).reduce((product, size) => product * size, 1);
  const data = Array.from(await x.data(), Number);
  const length = data.length / rows;
  return Array.from({ length: rows }, (_, row) => new Set(data.slice(row * length, (row + 1) * length)));
}

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_, backend) => {
  beforeAll(() => useBackend(backend()));
  beforeEach(() => manualSeed(11));

  test.each([
    ['Dropout1d', new Dropout1d(0.25), [40, 30, 4], 2],
    ['Dropout1d without a batch', new Dropout1d(0.25), [900, 4], 1],
    ['Dropout2d', new Dropout2d(0.25), [40, 30, 2, 2], 2],
    ['Dropout2d of three dimensions', new Dropout2d(0.25), [40, 30, 4], 2],
    ['Dropout3d', new Dropout3d(0.25), [40, 30, 2, 1, 2], 2],
    ['Dropout3d without a batch', new Dropout3d(0.25), [900, 2, 1, 2], 1],
    ['StochasticDepth by rows', new StochasticDepth(0.25), [1000, 2, 2], 1],
  ] as const)('%s drops whole channels or samples, as many as it should', async (_name, layer, shape, dims) => {
    const sets = await valuesOf(layer.train().call(ones(shape)), dims);
    expect(sets.every((values) => values.size === 1)).toBe(true);
    const kept = sets.filter((values) => values.has(Math.fround(1 / 0.75))).length;
    expect(kept + sets.filter((values) => values.has(0)).length).toBe(sets.length);
    // Five deviations of a binomial distribution.
    expect(Math.abs(kept / sets.length - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / sets.length));
    const x = randn(shape);
    expect(layer.eval().call(x)).toBe(x);
  });

  test('StochasticDepth drops the whole batch or nothing of it, the gradient with it', async () => {
    const layer = new StochasticDepth(0.5, 'batch');
    const seen = new Set<number>();
    for (let draw = 0; draw < 30; draw++) {
      const x = ones([3, 2]).clone();
      x.requiresGrad = true;
      const [values] = await valuesOf(layer.call(x), 0);
      expect(values?.size).toBe(1);
      stochasticDepth(x, { p: 0.5, mode: 'batch' }).sum().backward();
      for (const set of [values, ...(await valuesOf(x.grad as Tensor, 0))])
        for (const value of set ?? []) seen.add(value);
    }
    expect([...seen].sort()).toEqual([0, 2]);
  });

  test('AlphaDropout keeps mean 0 and variance 1, FeatureAlphaDropout too and by channels', async () => {
    for (const p of [0.1, 0.5]) {
      const { mean, std } = await statistics(alphaDropout(randn([400, 100]), { p }));
      // 40000 draws of a distribution of deviation 1 whose fourth moment is below 9.
      expect(Math.abs(mean)).toBeLessThan(5 / 200);
      expect(Math.abs(std - 1)).toBeLessThan((5 * Math.sqrt(8)) / 2 / 200);
    }
    // Dropped at p = ½: a · s + b with s = −1.7580993408, a = (½ · (1 + ½ s²))^−½ = 0.8864049, b = −a · s / 2.
    const sets = await valuesOf(new FeatureAlphaDropout(0.5).call(zeros([20, 10, 4])), 2);
    expect(sets.every((values) => values.size === 1)).toBe(true);
    const distinct = [...new Set(sets.flatMap((values) => [...values]))].sort((x, y) => x - y);
    expect(distinct).toHaveLength(2);
    expect(distinct[0]).toBeCloseTo(-0.7791939, 6);
    expect(distinct[1]).toBeCloseTo(0.7791939, 6);
  });

  test('certain dropout gives zeros, none returns its input', async () => {
    const x = randn([3, 4]);
    for (const layer of [new Dropout(1), new AlphaDropout(1), new FeatureAlphaDropout(1), new StochasticDepth(1)]) {
      expect(await valuesOf(layer.call(x).abs(), 0)).toEqual([new Set([0])]);
    }
    for (const layer of [new Dropout(0), new AlphaDropout(0), new StochasticDepth(0)]) expect(layer.call(x)).toBe(x);
  });

  test('refuses probabilities outside of 0 and 1, inputs of other dimensions, and unknown modes', () => {
    expect(() => new Dropout2d(1.5)).toThrow(ConfigError);
    expect(() => new AlphaDropout(-0.1)).toThrow(ConfigError);
    expect(() => new Dropout1d().call(zeros([2, 3, 4, 5]))).toThrow(ShapeError);
    expect(() => new Dropout3d().call(zeros([2, 3]))).toThrow(ShapeError);
    expect(() => new FeatureAlphaDropout().call(zeros([4]))).toThrow(ShapeError);
    expect(() => new StochasticDepth(0.1, 'rows' as never)).toThrow(ConfigError);
  });
});
