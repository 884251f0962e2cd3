import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { nullBackend } from '@evenkeel/backend-null';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, DTypeError, ShapeError } from '@evenkeel/errors';
import { AdamW } from '@evenkeel/optimizers';
import {
  arange,
  cat,
  compile,
  gradients,
  manualSeed,
  memory,
  normal,
  ones,
  randn,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AdaptiveAvgPool2d,
  AvgPool1d,
  affineGrid,
  avgPool2d,
  ChannelShuffle,
  ConstantPad1d,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  conv1d,
  conv2d,
  convTranspose2d,
  crossEntropy,
  Flatten,
  gridSample,
  interpolate,
  Linear,
  LPPool2d,
  LPPool3d,
  MaxPool1d,
  MaxPool2d,
  MaxUnpool1d,
  maxPool2d,
  PixelShuffle,
  PixelUnshuffle,
  pixelShuffle,
  ReflectionPad1d,
  ReLU,
  Sequential,
  Upsample,
} from '../src/index.ts';
import { distance, statistics } from './support/reference.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(3));

describe('convolutions', () => {
  test('start uniform within 1/√fanIn, transposed ones with the fan of their weight’s shape', async () => {
    const cases = [
      [new Conv1d(8, 200, 5), 1 / Math.sqrt(8 * 5)],
      [new Conv2d(8, 200, [3, 5], { groups: 2 }), 1 / Math.sqrt(4 * 15)],
      [new Conv3d(4, 200, 2), 1 / Math.sqrt(4 * 8)],
      [new ConvTranspose1d(200, 8, 5), 1 / Math.sqrt(8 * 5)],
      [new ConvTranspose2d(200, 8, 3, { groups: 2 }), 1 / Math.sqrt(4 * 9)],
    ] as const;
    for (const [layer, bound] of cases) {
      const { std, max } = await statistics(layer.weight);
      expect(Math.abs(std / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.05);
      expect(max).toBeLessThanOrEqual(bound);
      expect(max).toBeGreaterThan(0.98 * bound);
      const bias = await statistics(layer.bias as Tensor);
      const largest = Math.max(bias.max, -bias.min);
      expect(largest).toBeLessThanOrEqual(bound);
      // The largest of 200 draws is close to the bound, that of 8 not quite.
      expect(largest).toBeGreaterThan(bound * (layer.outChannels === 200 ? 0.9 : 0.5));
    }
  });

  test('have PyTorch’s keys and shapes', () => {
    const shapes = (layer: Conv2d | ConvTranspose2d): unknown =>
      [...layer.stateDict()].map(([key, { shape }]) => [key, shape]);
    expect(shapes(new Conv2d(4, 6, [2, 3], { groups: 2 }))).toEqual([
      ['weight', [6, 2, 2, 3]],
      ['bias', [6]],
    ]);
    expect(shapes(new ConvTranspose2d(4, 6, [2, 3], { groups: 2, bias: false }))).toEqual([['weight', [4, 3, 2, 3]]]);
  });

  test('slide without turning the kernel round', async () => {
    // 1·1 + 2·10, 2·1 + 3·10, 3·1 + 4·10.
    const result = conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, 10]]]));
    expect(await result.tolist()).toEqual([[21, 32, 43]]);
  });

  test('a transposed convolution reaches the output size it is asked for, and no other', () => {
    const layer = new ConvTranspose2d(1, 1, 3, { stride: [2, 3], padding: 1 });
    const x = zeros([1, 1, 4, 4]);
    expect(layer.call(x).shape).toEqual([1, 1, 7, 10]);
    expect(layer.call(x, [8, 12]).shape).toEqual([1, 1, 8, 12]);
    expect(() => layer.call(x, [9, 12])).toThrow(/7 to 8 x 10 to 12/);
  });

  test('refuse what does not fit, saying what would', () => {
    expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow(ConfigError);
    expect(() => new Conv2d(3, 4, 0)).toThrow(/positive/);
    expect(() => new Conv2d(3, 4, [3, 3, 3])).toThrow(/2 of them/);
    expect(() => new Conv2d(3, 4, 3, { padding: 'same', stride: 2 })).toThrow(/stride of 1/);
    expect(() => new Conv2d(3, 4, 3, { paddingMode: 'mirror' as never })).toThrow(/mirror/);
    expect(() => new Conv2d(3, 4, 3, { padding: -1 }).call(zeros([1, 3, 8, 8]))).toThrow(/negative/);
    expect(() => new Conv2d(3, 4, 3).call(zeros([1, 2, 8, 8]))).toThrow(/input \[N, 3, ...\]/);
    expect(() => new Conv2d(3, 4, 3).call(zeros([1, 3, 8]).unsqueeze(0).unsqueeze(0))).toThrow(ShapeError);
    expect(() => new Conv2d(3, 4, 3).call(zeros([1, 3, 2, 8]))).toThrow(/at least 3 x 3/);
    expect(() => new ConvTranspose1d(2, 2, 3, { stride: 2, outputPadding: 2 }).call(zeros([1, 2, 4]))).toThrow(
      /smaller/,
    );
    expect(() => new ConvTranspose1d(2, 2, 2, { padding: 3 }).call(zeros([1, 2, 2]))).toThrow(/nothing/);
    expect(() => new ConvTranspose1d(2, 2, 3).call(zeros([1, 3, 4]))).toThrow(ShapeError);
    expect(() => new ConvTranspose1d(2, 2, 3, { paddingMode: 'reflect' as never })).toThrow(ConfigError);
  });
});

describe('pooling', () => {
  test('refuses windows that do not fit, and padding of more than half of one', () => {
    expect(() => new MaxPool2d(2, { padding: 2 }).call(zeros([1, 1, 4, 4]))).toThrow(/half/);
    expect(() => new MaxPool1d(5).call(zeros([1, 1, 4]))).toThrow(/at least 5/);
    expect(() => new MaxPool2d(2).call(zeros([4, 4]))).toThrow(/\[N, C, H, W\]/);
    expect(() => avgPool2d(zeros([1, 1, 4, 4]), 2, { divisorOverride: 0 })).toThrow(ConfigError);
    expect(() => new AdaptiveAvgPool2d([2]).call(zeros([1, 1, 4, 4]))).toThrow(/2 of them/);
    expect(() => new AdaptiveAvgPool2d(0).call(zeros([1, 1, 4, 4]))).toThrow(ConfigError);
  });

  test('an empty batch stays empty, and NaN stays in its windows', async () => {
    expect(new MaxPool2d(2).call(zeros([0, 3, 4, 4])).shape).toEqual([0, 3, 2, 2]);
    expect(new AdaptiveAvgPool2d(1).call(zeros([0, 3, 4, 4])).shape).toEqual([0, 3, 1, 1]);
    expect(await new MaxPool1d(2).call(tensor([[1, Number.NaN, 3, 2]])).tolist()).toEqual([[Number.NaN, 3]]);
  });

  test('unpooling puts back what pooling found, once also where windows overlap', async () => {
    const x = tensor([[1, 3, 5, 2]]);
    const [pooled, indices] = new MaxPool1d(2, { returnIndices: true }).call(x);
    expect(await new MaxUnpool1d(2).call(pooled, indices).tolist()).toEqual([[0, 3, 5, 0]]);
    const [both, twice] = new MaxPool1d(3, { stride: 1, returnIndices: true }).call(x);
    expect(await twice.tolist()).toEqual([[2, 2]]);
    expect(await new MaxUnpool1d(3, { stride: 1 }).call(both, twice).tolist()).toEqual([[0, 0, 5, 0]]);
    expect(new MaxUnpool1d(2).call(pooled, indices, 5).shape).toEqual([1, 5]);
    expect(() => new MaxUnpool1d(2).call(pooled, indices.narrow(1, 0, 1))).toThrow(ShapeError);
  });

  test('the first of equal elements in reading order gets the gradient, whether or not its index is asked for', async () => {
    // Whole numbers from 0 to 2: hardly a window without a tie.
    const x = randn([2, 3, 7, 6]).abs().floor().clamp({ max: 2 });
    x.requiresGrad = true;
    const weights = randn([2, 3, 7, 6]);
    for (const options of [{}, { stride: 1 }, { stride: 3, ceilMode: true }, { stride: [2, 1], dilation: [1, 2] }]) {
      const results = [maxPool2d(x, 2, options), maxPool2d(x, 2, { ...options, returnIndices: true })[0]];
      const [plain, indexed] = results.map((pooled) => {
        const [, , height, width] = pooled.shape as [number, number, number, number];
        const [gradient] = gradients(pooled.mul(weights.narrow(2, 0, height).narrow(3, 0, width)).sum(), [x]);
        return { pooled, gradient: gradient as Tensor };
      });
      expect(await plain!.pooled.tolist()).toEqual(await indexed!.pooled.tolist());
      // Where windows overlap, gradients are added up in another order.
      expect(await distance(plain!.gradient, indexed!.gradient)).toBeLessThan(1e-6);
    }
  });

  test('a small window is one kernel with what comes before it', () => {
    const backend = nullBackend();
    useBackend(backend);
    try {
      const pool = compile((x: Tensor) => maxPool2d(x.mul(2).relu(), 2));
      const x = randn([2, 3, 8, 8]);
      for (let call = 0; call < 3; call++) pool(x);
      const before = backend.counters.kernels;
      pool(x);
      expect(backend.counters.kernels - before).toBe(1);
    } finally {
      useBackend(cpu());
    }
  });

  test('the euclidean pool of a 3-4 window is 5', async () => {
    expect(await new LPPool2d(2, [1, 2]).call(tensor([[[3, 4, 0, 2]]])).tolist()).toEqual([[[5, 2]]]);
    expect(await new LPPool3d(2, [1, 1, 2]).call(tensor([[[[3, 4, 0, 2]]]])).tolist()).toEqual([[[[5, 2]]]]);
  });
});

describe('resizing, shuffling and padding', () => {
  test('a bilinear image of a plane is the plane', async () => {
    // Linear in both directions, with the corners in place.
    const steps = (count: number, size: number): Tensor => arange(0, count).to('float32').mul(size);
    const plane = steps(5, 10).unsqueeze(1).add(steps(3, 1)).reshape([1, 1, 5, 3]);
    const finer = interpolate(plane, { size: [9, 5], mode: 'bilinear', alignCorners: true });
    const expected = steps(9, 5).unsqueeze(1).add(steps(5, 0.5)).reshape([1, 1, 9, 5]);
    expect(await distance(finer, expected)).toBeLessThan(1e-5);
  });

  test('shrinking keeps stripes that it looks past, unless it is antialiased', async () => {
    // Twelve stripes in a third of the size. The triangle over five of them weighs 1, 2, 3, 2, 1 ninths; at the edges 2, 3, 2, 1 remain.
    const stripes = arange(0, 12).remainder(2).to('float32').expand([1, 1, 2, 12]);
    const shrink = (antialias: boolean) => interpolate(stripes, { size: [2, 4], mode: 'bilinear', antialias });
    expect(await shrink(false).select(2, 0).flatten().tolist()).toEqual([1, 0, 1, 0]);
    const mean = tensor([0.5, 4 / 9, 5 / 9, 0.5]).expand([1, 1, 2, 4]);
    expect(await distance(shrink(true), mean)).toBeLessThan(1e-6);
    expect(() => interpolate(stripes, { size: 4, antialias: true })).toThrow(/bilinear or bicubic/);
  });

  test('a grid of the identity map looks every element up where it is; what does not fit is refused', async () => {
    const x = randn([2, 3, 4, 5]);
    const identity = tensor([[1, 0, 0, 0, 1, 0]])
      .reshape([1, 2, 3])
      .expand([2, 2, 3]);
    for (const alignCorners of [false, true]) {
      const grid = affineGrid(identity, [2, 3, 4, 5], { alignCorners });
      expect(await distance(gridSample(x, grid, { alignCorners }), x)).toBeLessThan(1e-5);
    }
    expect(() => affineGrid(identity, [2, 3, 4, 5, 6])).toThrow(ShapeError);
    expect(() => gridSample(x, zeros([2, 4, 5, 3]))).toThrow(ShapeError);
    expect(() => gridSample(zeros([1, 1, 2, 2, 2]), zeros([1, 2, 2, 2, 3]), { mode: 'bicubic' })).toThrow(ConfigError);
  });

  test('refuses modes of other dimensions, both or neither of size and factor, and corners where there are none', () => {
    const x = zeros([1, 1, 4, 4]);
    expect(() => new Upsample({ size: 8, mode: 'linear' }).call(x)).toThrow(/linear for 1/);
    expect(() => interpolate(x, {})).toThrow(ConfigError);
    expect(() => interpolate(x, { size: 4, scaleFactor: 2 })).toThrow(ConfigError);
    expect(() => interpolate(x, { size: [4] })).toThrow(/2 of them/);
    expect(() => interpolate(x, { size: 8, alignCorners: true })).toThrow(ConfigError);
    expect(() => interpolate(zeros([4, 4]), { size: 8 })).toThrow(ShapeError);
    const whole = zeros([1, 1, 4, 4], { dtype: 'int32' });
    expect(() => interpolate(whole, { size: 8, mode: 'bilinear' })).toThrow(DTypeError);
  });

  test('channel shuffle deals channels out; pixel unshuffle undoes pixel shuffle; both refuse what does not divide', async () => {
    const x = arange(0, 6).reshape([1, 6, 1]);
    expect(await new ChannelShuffle(2).call(x).flatten().tolist()).toEqual([0, 3, 1, 4, 2, 5]);
    const image = randn([2, 3, 8, 4, 6]);
    expect(await distance(new PixelUnshuffle(2).call(new PixelShuffle(2).call(image)), image)).toBe(0);
    expect(() => pixelShuffle(zeros([1, 6, 2, 2]), 2)).toThrow(ShapeError);
    expect(() => new PixelUnshuffle(2).call(zeros([1, 1, 3, 2]))).toThrow(ShapeError);
    expect(() => new ChannelShuffle(4).call(zeros([1, 6, 2]))).toThrow(ShapeError);
  });

  test('padding refuses counts of other dimensions', () => {
    expect(() => new ReflectionPad1d([1, 2, 3, 4])).toThrow(ConfigError);
    expect(() => new ReflectionPad1d(3).call(zeros([1, 3]))).toThrow(ShapeError);
  });

  test('the examples of the docstrings give what they say', async () => {
    expect(new Conv1d(16, 32, 3, { padding: 'same' }).call(randn([4, 16, 50])).shape).toEqual([4, 32, 50]);
    expect(new Conv2d(3, 8, 3, { stride: 2, padding: 1 }).call(randn([1, 3, 32, 32])).shape).toEqual([1, 8, 16, 16]);
    const double = new ConvTranspose1d(8, 4, 4, { stride: 2, padding: 1 });
    expect(double.call(randn([2, 8, 10])).shape).toEqual([2, 4, 20]);
    expect(await new MaxPool1d(2).call(tensor([[1, 3, 2, 5, 4]])).tolist()).toEqual([[3, 5]]);
    expect(await new AvgPool1d(2).call(tensor([[1, 3, 2, 6]])).tolist()).toEqual([[2, 4]]);
    const stem = new MaxPool2d(3, { stride: 2, padding: 1 });
    expect(stem.call(ones([1, 2, 112, 112])).shape).toEqual([1, 2, 56, 56]);
    expect(new AdaptiveAvgPool2d(1).call(randn([2, 5, 7, 9])).shape).toEqual([2, 5, 1, 1]);
    expect(new Upsample({ scaleFactor: 2, mode: 'bilinear' }).call(randn([1, 3, 8, 8])).shape).toEqual([1, 3, 16, 16]);
    expect(await new ConstantPad1d([1, 2], 9).call(tensor([3, 4])).tolist()).toEqual([9, 3, 4, 9, 9]);
  });
});

describe('second derivatives', () => {
  // A change along the direction v, of the gradient by central differences against the differentiated gradient.
  const step = 1e-5;
  const functions: [string, (x: Tensor, w: Tensor) => Tensor][] = [
    ['conv2d', (x, w) => conv2d(x, w, undefined, { stride: 2, padding: 1 })],
    ['grouped and dilated conv2d', (x, w) => conv2d(x, w.narrow(1, 0, 1), undefined, { dilation: 2, groups: 2 })],
    ['convTranspose2d', (x, w) => convTranspose2d(x, w, undefined, { stride: 2, padding: 1, outputPadding: 1 })],
    ['maxPool2d', (x, w) => maxPool2d(x.mul(w.sum()), 2, { stride: 1, padding: 1 })],
    ['bicubic', (x, w) => interpolate(x.mul(w.sum()), { size: [7, 3], mode: 'bicubic' })],
    ['bicubic, antialiased', (x, w) => interpolate(x.mul(w.sum()), { size: [7, 3], mode: 'bicubic', antialias: true })],
  ];

  test.each(functions)('of %s agree with differences of its gradient in float64', async (_name, fn) => {
    const options = { dtype: 'float64' } as const;
    const [x0, w0] = [normal([2, 2, 5, 6], 0, 1, options).keep(), normal([2, 2, 3, 3], 0, 1, options).keep()];
    const [vx, vw] = [normal(x0.shape, 0, 1, options).keep(), normal(w0.shape, 0, 1, options).keep()];
    const gradientAt = (amount: number, createGraph: boolean) => {
      const [x, w] = [x0.add(vx.mul(amount)), w0.add(vw.mul(amount))] as const;
      for (const each of [x, w]) each.requiresGrad = true;
      const found = gradients([fn(x, w).square().sum()], [x, w], { createGraph }) as Tensor[];
      return { x, w, found };
    };
    const [up, down] = [gradientAt(step, false).found, gradientAt(-step, false).found];
    const { x, w, found } = gradientAt(0, true);
    const along = (found[0] as Tensor)
      .mul(vx)
      .sum()
      .add((found[1] as Tensor).mul(vw).sum());
    const second = gradients([along], [x, w]) as Tensor[];
    for (const [index, exact] of second.entries()) {
      const estimate = (up[index] as Tensor).sub(down[index] as Tensor).div(2 * step);
      const scale = await exact.abs().amax().item();
      expect(await distance(exact, estimate)).toBeLessThan(1e-6 * Number(scale));
    }
  });
});

describe('on wasm', () => {
  beforeAll(() => useBackend(wasm()));
  afterAll(() => useBackend(cpu()));

  test('a small convolutional network learns where a bright bar lies', async () => {
    const model = new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(4, 8, 3, { padding: 1 }),
      new ReLU(),
      new AdaptiveAvgPool2d([2, 2]),
      new Flatten(),
      new Linear(32, 2),
    );
    // Rows for class 0, columns for class 1, in noise.
    const images = randn([32, 1, 8, 8]).mul(0.3);
    const classes = arange(0, 32).ge(16);
    const lines = arange(0, 8).eq(3).to('float32');
    const bars = lines.reshape([1, 1, 8, 1]).expand([16, 1, 8, 8]);
    const x = images.add(cat([bars, bars.transpose(2, 3)])).keep();
    const y = classes.to('int32').keep();
    const optimizer = new AdamW(model.parameters(), { lr: 0.02 });
    const use: number[] = [];
    for (let epoch = 0; epoch < 30; epoch++) {
      optimizer.zeroGrad();
      crossEntropy(model.call(x), y).backward();
      optimizer.step();
      use.push(memory().bytes);
    }
    expect(use[29]).toBe(use[9]);
    expect(await model.call(x).argmax(1).eq(y).to('float32').mean().item()).toBe(1);
  });
});
