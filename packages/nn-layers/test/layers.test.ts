import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, IndexError, ShapeError } from '@evenkeel/errors';
import { manualSeed, ones, randn, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  Bilinear,
  Dropout,
  dropout,
  Embedding,
  LayerNorm,
  Linear,
  layerNorm,
  PositionalEncoding,
  PReLU,
  prelu,
} from '../src/index.ts';
import { distance } from './support/reference.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(1));

describe('Linear', () => {
  test('maps any leading shape', () => {
    const layer = new Linear(3, 5);
    for (const lead of [[], [2], [2, 4], [0], [2, 0]]) {
      expect(layer.call(zeros([...lead, 3])).shape).toEqual([...lead, 5]);
    }
  });

  test('refuses the wrong number of features, naming both', () => {
    expect(() => new Linear(3, 5).call(zeros([2, 4]))).toThrow(ShapeError);
    expect(() => new Linear(0, 5)).toThrow(ConfigError);
  });
});

describe('Bilinear', () => {
  test('is one quadratic form for each output, over any leading shape', async () => {
    const layer = new Bilinear(2, 3, 2);
    layer.loadStateDict({
      weight: tensor([
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        [
          [0, 0, 1],
          [0, 0, 0],
        ],
      ]),
      bias: tensor([0, 10]),
    });
    // x₀y₀ + x₁y₁ and x₀y₂ + 10.
    expect(await layer.call(tensor([[2, 3]]), tensor([[5, 7, 11]])).tolist()).toEqual([[31, 32]]);
    expect(layer.call(zeros([4, 0, 2]), zeros([4, 0, 3])).shape).toEqual([4, 0, 2]);
  });

  test('starts uniform within 1/√in1, and refuses inputs that differ in their leading shape', async () => {
    const largest = await new Bilinear(100, 5, 5).weight.abs().amax().item();
    expect(largest).toBeLessThanOrEqual(0.1);
    expect(largest).toBeGreaterThan(0.099);
    expect(() => new Bilinear(2, 3, 2).call(zeros([4, 2]), zeros([5, 3]))).toThrow(/\[4, 2\] and \[5, 3\]/);
  });
});

describe('Embedding', () => {
  test('looks rows up for indices of any shape', async () => {
    const layer = Embedding.fromPretrained(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
    const ids = tensor(
      [
        [2, 0],
        [1, 1],
      ],
      { dtype: 'int32' },
    );
    expect(await layer.call(ids).tolist()).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
      [
        [3, 4],
        [3, 4],
      ],
    ]);
    expect(layer.weight.requiresGrad).toBe(false);
  });

  test('adds up the gradients of a row that is looked up twice and spares the padding row', async () => {
    const layer = new Embedding(4, 2, { paddingIdx: 0 });
    layer
      .call(tensor([0, 2, 2], { dtype: 'int32' }))
      .sum()
      .backward();
    expect(await layer.weight.grad?.tolist()).toEqual([
      [0, 0],
      [0, 0],
      [2, 2],
      [0, 0],
    ]);
  });

  test('divides a row’s gradient by how often it was looked up with scaleGradByFreq', async () => {
    const layer = new Embedding(3, 1, { scaleGradByFreq: true });
    const before = layer.weight.indexSelect(0, tensor([2, 0, 2], { dtype: 'int32' }));
    const output = layer.call(tensor([2, 0, 2], { dtype: 'int32' }));
    expect(await output.tolist()).toEqual(await before.tolist());
    output
      .mul(tensor([[3], [5], [9]]))
      .sum()
      .backward();
    expect(await layer.weight.grad?.tolist()).toEqual([[5], [0], [6]]);
  });

  test('refuses an index outside the table', () => {
    const layer = new Embedding(4, 2);
    expect(() => layer.call(tensor([1, 4], { dtype: 'int32' }))).toThrow(IndexError);
    expect(() => layer.call(tensor([1, 4], { dtype: 'int32' }))).toThrow(
      /^embedding: .*\n {2}got: .*4.*\n.*from 0 to 3/,
    );
    expect(() => layer.call(tensor([-1], { dtype: 'int32' }))).toThrow(IndexError);
    expect(() => new Embedding(4, 2, { paddingIdx: 4 })).toThrow(ConfigError);
  });
});

describe('Dropout', () => {
  test('zeroes a share p of the elements and divides the others by 1 − p', async () => {
    const values = Array.from(await new Dropout(0.25).call(ones([10_000])).data(), Number);
    const kept = values.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
    // 10,000 draws with p = 0.25 deviate by 0.0043; five of that.
    expect(Math.abs(kept.length / 10_000 - 0.75)).toBeLessThan(0.022);
  });

  test('passes the gradient through the same mask', async () => {
    const x = ones([100], { requiresGrad: true });
    const y = new Dropout(0.5).call(x);
    y.sum().backward();
    expect(await x.grad?.tolist()).toEqual(await y.tolist());
  });

  test('is the identity in evaluation and for p = 0, and draws nothing then', async () => {
    const x = randn([3]);
    expect(new Dropout(0.9).eval().call(x)).toBe(x);
    expect(new Dropout(0).call(x)).toBe(x);
    manualSeed(4);
    const expected = await randn([2]).tolist();
    manualSeed(4);
    new Dropout(0.9).eval().call(x);
    expect(await randn([2]).tolist()).toEqual(expected);
  });

  test('drops everything for p = 1 and refuses p beyond it', async () => {
    expect(await dropout(ones([2]), { p: 1 }).tolist()).toEqual([0, 0]);
    expect(() => new Dropout(1.5)).toThrow(/p = 1.5/);
    expect(() => new Dropout(Number.NaN)).toThrow(ConfigError);
  });

  test('repeats its mask from the same seed and takes another at the next call', async () => {
    const layer = new Dropout(0.5);
    manualSeed(2);
    const first = await layer.call(ones([64])).tolist();
    const second = await layer.call(ones([64])).tolist();
    manualSeed(2);
    expect(await layer.call(ones([64])).tolist()).toEqual(first);
    expect(second).not.toEqual(first);
  });
});

describe('LayerNorm', () => {
  test('normalizes the worked row of the tutorials', async () => {
    // Mean 1.7, variance 0.425: (1.3 − 1.7) / √0.425 and so on.
    const result = await layerNorm(tensor([1.3, 0.9, 2, 2.6]), [4], { eps: 0 }).data();
    const expected = [-0.4, -0.8, 0.3, 0.9].map((deviation) => deviation / Math.sqrt(0.425));
    for (const [index, value] of expected.entries()) expect(result[index]).toBeCloseTo(value, 6);
  });

  test('does not depend on the other samples of the batch', async () => {
    const layer = new LayerNorm(8);
    const batch = randn([16, 8]);
    const alone = layer.call(batch.narrow(0, 3, 1));
    expect(await distance(layer.call(batch).narrow(0, 3, 1), alone)).toBe(0);
  });

  test('stays right far from zero and gives zeros for constant rows', async () => {
    // 10000 ± 1 and ± 3 are exact in float32; E[x²] − E[x]² would have lost the variance of 5.
    const far = await new LayerNorm(4).call(tensor([[9997, 9999, 10001, 10003]])).data();
    const expected = [-3, -1, 1, 3].map((value) => value / Math.sqrt(5 + 1e-5));
    for (const [index, value] of expected.entries()) expect(far[index]).toBeCloseTo(value, 4);
    expect(await new LayerNorm(3).call(tensor([[7, 7, 7]])).tolist()).toEqual([[0, 0, 0]]);
  });

  test('has the parameters its options ask for', () => {
    const names = (layer: LayerNorm): string[] => [...layer.stateDict().keys()];
    expect(names(new LayerNorm([2, 3]))).toEqual(['weight', 'bias']);
    expect(names(new LayerNorm(3, { bias: false }))).toEqual(['weight']);
    expect(names(new LayerNorm(3, { elementwiseAffine: false }))).toEqual([]);
    expect(new LayerNorm([2, 3]).weight?.shape).toEqual([2, 3]);
  });

  test('refuses an input that ends otherwise, naming both shapes', () => {
    expect(() => new LayerNorm([2, 3]).call(zeros([4, 3]))).toThrow(/input \[4, 3\]\n.*\[\.\.\., 2, 3\]/);
    expect(() => new LayerNorm([2, 3]).call(zeros([3]))).toThrow(ShapeError);
  });

  test('gives an empty batch back empty', () => {
    expect(new LayerNorm(3).call(zeros([0, 3])).shape).toEqual([0, 3]);
  });
});

describe('PReLU', () => {
  test('has one slope or one for each channel', async () => {
    const layer = new PReLU({ numParameters: 2, init: 0.5 });
    layer.loadStateDict({ weight: tensor([0.5, 2]) });
    expect(
      await layer
        .call(
          tensor([
            [-1, -1],
            [1, 1],
          ]),
        )
        .tolist(),
    ).toEqual([
      [-0.5, -2],
      [1, 1],
    ]);
    expect(() => prelu(zeros([2, 3]), ones([2]))).toThrow(ShapeError);
  });
});

describe('PositionalEncoding', () => {
  test('adds the same table to every sequence, in either order of batch and length', async () => {
    const batchFirst = new PositionalEncoding(6, { dropout: 0, batchFirst: true });
    const lengthFirst = new PositionalEncoding(6, { dropout: 0 });
    const x: Tensor = randn([2, 5, 6]);
    const result = batchFirst.call(x);
    expect(await distance(result.sub(x).select(0, 0), result.sub(x).select(0, 1))).toBeLessThan(1e-6);
    expect(await distance(lengthFirst.call(x.transpose(0, 1)).transpose(0, 1), result)).toBe(0);
    expect(batchFirst.stateDict().size).toBe(0);
  });

  test('refuses sequences longer than its table', () => {
    expect(() => new PositionalEncoding(4, { maxLength: 3 }).call(zeros([4, 1, 4]))).toThrow(/larger maxLength/);
  });
});
