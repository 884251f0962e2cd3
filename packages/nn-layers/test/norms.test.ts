import { cpu } from '@evenkeel/backend-cpu';
import { nullBackend } from '@evenkeel/backend-null';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import {
  cat,
  closeStep,
  compile,
  full,
  gradients,
  manualSeed,
  normal,
  ones,
  Parameter,
  randn,
  split,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  BatchNorm1d,
  BatchNorm2d,
  GroupNorm,
  groupNorm,
  InstanceNorm1d,
  LayerNorm,
  Linear,
  layerNorm,
  layerNormStd,
  RMSNorm,
} from '../src/index.ts';
import { distance } from './support/reference.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(1));

describe('BatchNorm', () => {
  test('moves its running statistics in training only, by the unbiased variance', async () => {
    const layer = new BatchNorm1d(1, { momentum: 0.5 });
    layer.call(tensor([[1], [3]]));
    // Mean 2 and unbiased variance 2, half of the way from 0 and 1.
    expect(await layer.running_mean?.tolist()).toEqual([1]);
    expect(await layer.running_var?.tolist()).toEqual([1.5]);
    layer.eval().call(tensor([[100], [200]]));
    expect(await layer.running_mean?.tolist()).toEqual([1]);
    expect(await layer.num_batches_tracked?.item()).toBe(1);
  });

  test('averages all batches evenly with momentum null', async () => {
    const layer = new BatchNorm1d(1, { momentum: null });
    for (const mean of [1, 2, 6]) layer.call(tensor([[mean - 1], [mean + 1]]));
    expect(await layer.running_mean?.item()).toBeCloseTo(3, 6);
    expect(await layer.running_var?.item()).toBeCloseTo(2, 6);
    layer.resetRunningStats();
    expect(await layer.running_var?.item()).toBe(1);
  });

  test('keeps its running statistics over steps without being told', async () => {
    const layer = new BatchNorm1d(2);
    for (let step = 0; step < 4; step++) {
      layer
        .call(randn([8, 2]))
        .sum()
        .backward();
      layer.zeroGrad();
      closeStep();
    }
    expect(await layer.running_mean?.data()).toHaveLength(2);
    expect(await layer.num_batches_tracked?.item()).toBe(4);
  });

  test('has PyTorch’s keys', () => {
    expect([...new BatchNorm2d(3).stateDict().keys()]).toEqual([
      'weight',
      'bias',
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ]);
    expect(new BatchNorm2d(3, { affine: false, trackRunningStats: false }).stateDict().size).toBe(0);
  });

  test('refuses a single value per channel in training, and inputs of other channels or dimensions', () => {
    expect(() => new BatchNorm1d(2).call(zeros([1, 2]))).toThrow(/more than one value/);
    expect(new BatchNorm1d(2).eval().call(zeros([1, 2])).shape).toEqual([1, 2]);
    expect(() => new BatchNorm1d(2).call(zeros([4, 3]))).toThrow(ShapeError);
    expect(() => new BatchNorm2d(2).call(zeros([4, 2]))).toThrow(/4 dimensions/);
  });
});

describe('the gradient of a standardization', () => {
  /** The same from plain operations, whose gradients are derived. */
  function composed(x: Tensor): Tensor {
    const centered = x.sub(x.mean(-1, { keepdim: true }));
    return centered.div(centered.square().mean(-1, { keepdim: true }).add(1e-5).sqrt());
  }

  test('and the gradient of that are those of the operations that it is made of', async () => {
    const x = randn([5, 7], { dtype: 'float64' }).mul(3).add(1).detach();
    const weights = randn([5, 7], { dtype: 'float64' });
    x.requiresGrad = true;
    const derivatives = (norm: (x: Tensor) => Tensor): Tensor[] => {
      const [first] = gradients(norm(x).mul(weights).sum(), [x], { createGraph: true });
      return [first!, ...gradients(first!.square().mul(weights).sum(), [x])];
    };
    const expected = derivatives(composed);
    const found = derivatives((input) => layerNorm(input, [7]));
    for (const [order, gradient] of found.entries()) {
      expect(await distance(gradient, expected[order]!)).toBeLessThan(1e-10);
      expect(await gradient.abs().amax().item()).toBeGreaterThan(0.01);
    }
  });

  test('takes one kernel forward and two backward between two products', () => {
    const backend = nullBackend();
    useBackend(backend);
    try {
      const counted = (norm: LayerNorm | undefined): number => {
        const layers = [new Linear(64, 64), new Linear(64, 64)] as const;
        const parameters = [...layers, ...(norm ? [norm] : [])].flatMap((layer) => layer.parameters());
        const step = compile((input: Tensor) => {
          const hidden = layers[0].call(input);
          const output = layers[1].call((norm ? norm.call(hidden) : hidden).relu());
          return gradients(output.square().sum(), parameters);
        });
        const input = randn([128, 64]);
        for (let call = 0; call < 3; call++) step(input);
        const before = backend.counters.kernels;
        step(input);
        return backend.counters.kernels - before;
      };
      // That of the columns is the first layer's bias's, which there is in any case.
      expect(counted(new LayerNorm(64)) - counted(undefined)).toBe(2);
    } finally {
      useBackend(cpu());
    }
  });
});

describe('other norms', () => {
  test('GroupNorm refuses groups that do not divide the channels, and channels that it has no weights for', () => {
    expect(() => new GroupNorm(2, 3)).toThrow(ConfigError);
    expect(() => new GroupNorm(2, 4).call(zeros([1, 6, 3]))).toThrow(/weight \[4\] for input \[1, 6, 3\]/);
  });

  test.each([0, -2, 0.5, 3, NaN])('groupNorm refuses %f groups of four channels', (groups) => {
    expect(() => groupNorm(zeros([1, 4, 3]), groups)).toThrow('the groups do not divide the channels');
  });

  test('GroupNorm normalizes each group of channels over all positions, and scales each channel', async () => {
    const x = randn([2, 6, 4, 5]);
    const layer = new GroupNorm(3, 6);
    layer.weight = new Parameter(randn([6]));
    layer.bias = new Parameter(randn([6]));
    const groups = split(x, 2, 1).map((group) => layerNorm(group, [2, 4, 5]));
    const scaled = cat(groups, 1)
      .mul(layer.weight.reshape([6, 1, 1]))
      .add(layer.bias.reshape([6, 1, 1]));
    expect(await distance(layer.call(x), scaled)).toBeLessThan(1e-6);
  });

  test('GroupNorm of one group is LayerNorm over the whole sample', async () => {
    const x = randn([2, 4, 3]);
    expect(await distance(new GroupNorm(1, 4).call(x), layerNorm(x, [4, 3]))).toBeLessThan(1e-6);
  });

  test('InstanceNorm takes a single sample, and refuses a single position', async () => {
    const x = randn([3, 5]);
    const layer = new InstanceNorm1d(3);
    expect(await distance(layer.call(x), layer.call(x.unsqueeze(0)).squeeze(0))).toBe(0);
    expect(() => layer.call(zeros([2, 3, 1]))).toThrow(/more than one position/);
  });

  test('RMSNorm divides by the root mean square and keeps the mean', async () => {
    // Root mean square of 3, 4, 0, 0 is 2.5.
    const result = await new RMSNorm(4).call(tensor([3, 4, 0, 0])).data();
    for (const [index, value] of [1.2, 1.6, 0, 0].entries()) expect(result[index]).toBeCloseTo(value, 6);
  });

  test('the tutorials’ layer norm is smaller by √((n − 1) / n), and far off where a row is nearly constant', async () => {
    const x = randn([8, 5]);
    const ratio = Math.sqrt(4 / 5);
    const [theirs, ours] = [layerNormStd(x, { eps: 0 }), layerNorm(x, [5], { eps: 0 })];
    expect(await distance(theirs, ours.mul(ratio))).toBeLessThan(1e-5);
    // A deviation of 1e-4: 1e-6 beside it is little, but √1e-5 is thirty times as much.
    const flat = tensor([[1e-4, -1e-4]]);
    expect(Number((await layerNormStd(flat).data())[0])).toBeGreaterThan(0.69);
    expect(Number((await layerNorm(flat, [2]).data())[0])).toBeLessThan(0.04);
  });
});

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('numerics at the edges in float32 on %s', (_, backend) => {
  beforeAll(() => useBackend(backend()));
  afterAll(() => useBackend(cpu()));

  /** Each column's mean and biased variance, of the float32 numbers but in float64. */
  async function columns(x: Tensor): Promise<{ values: number[]; mean: number; variance: number }[]> {
    const [rows = 0, width = 0] = x.shape;
    const data = Array.from(await x.data(), Number);
    return Array.from({ length: width }, (_, column) => {
      const values = data.filter((_, place) => place % width === column);
      const mean = values.reduce((sum, value) => sum + value, 0) / rows;
      return { values, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows };
    });
  }

  test.each([1, 0.01])('a variance beside a mean of 1e4 is right to 1e-4, noise of %d', async (std) => {
    for (const rows of [7, 64, 1000]) {
      const x = normal([rows, 3], 1e4, std);
      const layer = new BatchNorm1d(3, { eps: 0, momentum: 1 });
      const batch = await layer.call(x).data();
      const rowwise = await layerNorm(x.t(), [rows], { eps: 0 }).data();
      const running = (await layer.running_var?.data()) as Float32Array;
      for (const [column, { values, mean, variance }] of (await columns(x)).entries()) {
        const unbiased = (variance * rows) / (rows - 1);
        expect(Math.abs((running[column] as number) / unbiased - 1)).toBeLessThan(1e-4);
        for (const [row, value] of values.entries()) {
          const expected = (value - mean) / Math.sqrt(variance);
          expect(Math.abs(Number(batch[row * 3 + column]) - expected)).toBeLessThan(1e-4);
          expect(Math.abs(Number(rowwise[column * rows + row]) - expected)).toBeLessThan(1e-4);
        }
      }
    }
  });

  test('constant rows and channels become zeros, with gradients that are finite', async () => {
    const x = full([7, 3], 0.1).contiguous();
    x.requiresGrad = true;
    for (const output of [new BatchNorm1d(3).call(x), layerNorm(x, [3])]) {
      expect(await distance(output, zeros([7, 3]))).toBeLessThan(1e-4);
      output
        .mul(randn([7, 3]))
        .sum()
        .backward();
      expect(await x.grad?.abs().amax().item()).toBeLessThan(1e4);
    }
  });

  test('an empty batch gives an empty result and leaves the running statistics as they are', async () => {
    const layer = new BatchNorm2d(2);
    expect(layer.call(zeros([0, 2, 3, 3])).shape).toEqual([0, 2, 3, 3]);
    expect(await layer.running_mean?.tolist()).toEqual([0, 0]);
    expect(await layer.running_var?.tolist()).toEqual([1, 1]);
  });

  test('a batch of one is an error for one value in a channel, and none for an image', () => {
    expect(() => new BatchNorm1d(3).call(ones([1, 3]))).toThrow(/more than one value/);
    expect(new BatchNorm2d(3).call(ones([1, 3, 2, 2])).shape).toEqual([1, 3, 2, 2]);
  });
});
