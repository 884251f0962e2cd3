import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { crossEntropy } from '@evenkeel/nn-layers';
import { Adam } from '@evenkeel/optimizers';
import { manualSeed, noGrad, randn, stack, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DCGANDiscriminator,
  DCGANGenerator,
  discriminatorLoss,
  generatorLoss,
  ImageCaptioner,
  Inception,
  LeNet,
  ResNet,
  SmallInception,
  ViT,
} from '../src/index.ts';
import { train } from './support/train.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(1));

const ids = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const fourClasses = [0, 1, 2, 3, 0, 1, 2, 3];

describe('LeNet', () => {
  test('has the layers of LeNet-5', () => {
    const shapes = new Map([...new LeNet().stateDict()].map(([name, { shape }]) => [name, shape]));
    expect(shapes.get('conv1.weight')).toEqual([6, 1, 5, 5]);
    expect(shapes.get('conv2.weight')).toEqual([16, 6, 5, 5]);
    expect(shapes.get('fc1.weight')).toEqual([120, 400]);
    expect(shapes.get('fc3.weight')).toEqual([10, 84]);
    expect([...shapes.keys()].filter((name) => name.startsWith('bn'))).toEqual([]);
    expect([...new LeNet(10, { batchNorm: true }).stateDict().keys()]).toContain('bn2.running_mean');
  });

  test.each([{}, { batchNorm: true }, { activation: 'tanh' as const }])(
    'learns a batch by heart with %o',
    async (options) => {
      const model = new LeNet(4, { imageSize: 12, inChannels: 2, ...options });
      const images = randn([8, 2, 12, 12]);
      const { first, last } = await train(model, 40, 0.005, () => crossEntropy(model.call(images), ids(fourClasses)));
      expect(Math.abs(first - Math.log(4))).toBeLessThan(0.5);
      expect(last).toBeLessThan(0.1);
    },
  );

  test('refuses images that are too small', () => {
    expect(() => new LeNet(10, { imageSize: 11 })).toThrow(ConfigError);
  });
});

describe('Inception', () => {
  test('joins its four branches in their order', () => {
    const block = new Inception(6, { ch1x1: 1, ch3x3red: 2, ch3x3: 3, ch5x5red: 4, ch5x5: 5, poolProj: 7 });
    expect(block.call(randn([2, 6, 7, 7])).shape).toEqual([2, 16, 7, 7]);
    expect(block.outChannels).toBe(16);
    const shapes = new Map([...block.stateDict()].map(([name, { shape }]) => [name, shape]));
    expect(shapes.get('branch1.conv.weight')).toEqual([1, 6, 1, 1]);
    expect(shapes.get('branch2.1.conv.weight')).toEqual([3, 2, 3, 3]);
    expect(shapes.get('branch3.1.conv.weight')).toEqual([5, 4, 5, 5]);
    expect(shapes.get('branch4.1.bn.weight')).toEqual([7]);
  });

  test('each branch sees as far as its kernel', async () => {
    const block = new Inception(1, { ch1x1: 1, ch3x3red: 1, ch3x3: 1, ch5x5red: 1, ch5x5: 1, poolProj: 1 }).eval();
    for (const parameter of block.parameters())
      if (parameter.ndim > 1) parameter.assign(parameter.detach().mul(0).add(1));
    const point = zeros([1, 1, 9, 9]).contiguous();
    point.assign(
      tensor(
        Float32Array.from({ length: 81 }, (_, at) => Number(at === 40)),
        { shape: [1, 1, 9, 9] },
      ),
    );
    const reached = (await noGrad(() => block.call(point).gt(0).to('float32').sum([0, 2, 3])).tolist()) as number[];
    expect(reached).toEqual([1, 9, 25, 9]);
  });

  test('a small network of them learns a batch by heart', async () => {
    const model = new SmallInception(4, { width: 8 });
    const images = randn([8, 3, 8, 8]);
    const { last } = await train(model, 40, 0.01, () => crossEntropy(model.call(images), ids(fourClasses)));
    expect(last).toBeLessThan(0.1);
  });
});

describe('ViT', () => {
  const small = { imageSize: 8, patchSize: 4, inChannels: 1, dModel: 16, nhead: 2, numLayers: 2 };

  test("has torchvision's names and, at its size, its number of parameters", () => {
    const shapes = new Map([...new ViT(5, small).stateDict()].map(([name, { shape }]) => [name, shape]));
    const layer = (n: number): string[] =>
      ['ln_1', 'self_attention.in_proj', 'self_attention.out_proj', 'ln_2', 'mlp.0', 'mlp.3'].flatMap((name) => {
        const joint = name.endsWith('in_proj') ? '_' : '.';
        return [
          `encoder.layers.encoder_layer_${n}.${name}${joint}weight`,
          `encoder.layers.encoder_layer_${n}.${name}${joint}bias`,
        ];
      });
    const expected = ['class_token', 'conv_proj.weight', 'conv_proj.bias', 'encoder.pos_embedding'].concat(
      layer(0),
      layer(1),
      'encoder.ln.weight',
      'encoder.ln.bias',
      'heads.head.weight',
      'heads.head.bias',
    );
    expect([...shapes.keys()].sort()).toEqual(expected.sort());
    expect(shapes.get('encoder.pos_embedding')).toEqual([1, 5, 16]);
    expect(shapes.get('conv_proj.weight')).toEqual([16, 1, 4, 4]);
    // torchvision's vit_b_16 has 86 567 656 parameters; of one layer instead of twelve 11 · 7 087 872 less.
    const one = new ViT(1000, { numLayers: 1 });
    expect(one.parameters().reduce((sum, { size }) => sum + size, 0)).toBe(86_567_656 - 11 * 7_087_872);
  });

  test('learns where a light is', async () => {
    const model = new ViT(4, small);
    const images = tensor(
      Float32Array.from({ length: 4 * 64 }, (_, at) => {
        const [image, row, column] = [Math.floor(at / 64), Math.floor((at % 64) / 8), at % 8];
        return Number(row === 1 + 4 * Math.floor(image / 2) && column === 2 + 4 * (image % 2));
      }),
      { shape: [4, 1, 8, 8] },
    );
    const { first, last } = await train(model, 60, 0.005, () => crossEntropy(model.call(images), ids([0, 1, 2, 3])));
    // The head starts at zero, so that all classes are equally likely at first.
    expect(first).toBeCloseTo(Math.log(4), 5);
    expect(last).toBeLessThan(0.1);
  });

  test('refuses patches that do not fill the image and images of another size', () => {
    expect(() => new ViT(2, { ...small, patchSize: 3 })).toThrow(ConfigError);
    expect(() => new ViT(2, small).call(randn([1, 1, 8, 12]))).toThrow(ShapeError);
  });
});

describe('ImageCaptioner', () => {
  const sizes = { dModel: 16, nhead: 2, numLayers: 1, dropout: 0 };
  const greedy = { startToken: 0, endToken: 1, maxLength: 6 };
  const captions = [
    [0, 2, 3, 1],
    [0, 4, 5, 1],
    [0, 2, 5, 1],
  ];

  test.each([
    ['a ViT', () => new ViT(1, { imageSize: 8, patchSize: 4, inChannels: 1, dModel: 8, nhead: 2, numLayers: 1 })],
    ['a ResNet', () => new ResNet([1, 1, 1], { width: 4, stem: 'small', inChannels: 1 })],
  ])('learns to say what %s sees', async (_, makeEncoder) => {
    const model = new ImageCaptioner(makeEncoder(), 6, sizes);
    const images = randn([3, 1, 8, 8]);
    const inputs = ids(captions.map((caption) => caption.slice(0, -1)));
    const targets = ids(captions.flatMap((caption) => caption.slice(1)));
    const { last } = await train(model, 60, 0.01, () =>
      crossEntropy(model.call(images, inputs).flatten(0, 1), targets),
    );
    expect(last).toBeLessThan(0.1);
    expect(await model.generate(images, greedy)).toEqual([
      [2, 3],
      [4, 5],
      [2, 5],
    ]);
    expect(model.training).toBe(true);
  });

  test('does not look ahead in the caption', async () => {
    const encoder = new ViT(1, { imageSize: 8, patchSize: 4, inChannels: 1, dModel: 8, nhead: 2, numLayers: 1 });
    const model = new ImageCaptioner(encoder, 6, sizes);
    const image = randn([1, 1, 8, 8]);
    const gap = model.call(image, ids([[0, 2, 3]])).sub(model.call(image, ids([[0, 2, 5]])));
    const byPosition = (await gap.abs().amax([0, 2]).tolist()) as number[];
    expect(byPosition.slice(0, 2)).toEqual([0, 0]);
    expect(byPosition[2]).toBeGreaterThan(1e-3);
  });
});

describe('DCGAN', () => {
  test("has the layers of PyTorch's tutorial", () => {
    const [generator, discriminator] = [new DCGANGenerator(), new DCGANDiscriminator()];
    const convolutions = (model: { stateDict(): Map<string, { shape: readonly number[] }> }) =>
      [...model.stateDict()].filter(([, { shape }]) => shape.length === 4).map(([name, { shape }]) => [name, ...shape]);
    expect(convolutions(generator)).toEqual([
      ['main.0.weight', 100, 512, 4, 4],
      ['main.3.weight', 512, 256, 4, 4],
      ['main.6.weight', 256, 128, 4, 4],
      ['main.9.weight', 128, 64, 4, 4],
      ['main.12.weight', 64, 3, 4, 4],
    ]);
    expect(convolutions(discriminator)).toEqual([
      ['main.0.weight', 64, 3, 4, 4],
      ['main.2.weight', 128, 64, 4, 4],
      ['main.5.weight', 256, 128, 4, 4],
      ['main.8.weight', 512, 256, 4, 4],
      ['main.11.weight', 1, 512, 4, 4],
    ]);
  });

  test('makes images of its size between −1 and 1, and gives each a logit', async () => {
    const options = { imageSize: 16, channels: 2, width: 4 };
    const images = new DCGANGenerator(5, options).call(randn([3, 5]));
    expect(images.shape).toEqual([3, 2, 16, 16]);
    expect(await images.abs().amax().item()).toBeLessThan(1);
    expect(new DCGANDiscriminator(options).call(images).shape).toEqual([3]);
    expect(() => new DCGANGenerator(5, { imageSize: 12 })).toThrow(ConfigError);
  });

  test('has the losses of the paper', async () => {
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const [real, made] = [tensor([2, 1]), tensor([-1, 3])];
    const expected =
      -(Math.log(sigmoid(2)) + Math.log(sigmoid(1)) + Math.log(1 - sigmoid(-1)) + Math.log(1 - sigmoid(3))) / 2;
    expect(await discriminatorLoss(real, made).item()).toBeCloseTo(expected, 5);
    expect(await generatorLoss(made).item()).toBeCloseTo(-(Math.log(sigmoid(-1)) + Math.log(sigmoid(3))) / 2, 5);
  });

  test('learns to make images with a bright upper half', async () => {
    const options = { imageSize: 8, channels: 1, width: 8 };
    const [generator, discriminator] = [new DCGANGenerator(4, options), new DCGANDiscriminator(options)];
    const adam = (model: DCGANGenerator | DCGANDiscriminator) =>
      new Adam(model.parameters(), { lr: 0.002, betas: [0.5, 0.999] });
    const [moveGenerator, moveDiscriminator] = [adam(generator), adam(discriminator)];
    const pattern = stack([zeros([4, 8]).add(0.8), zeros([4, 8]).sub(0.8)])
      .reshape([1, 1, 8, 8])
      .keep();
    const gapNow = async () =>
      await noGrad(() =>
        generator
          .call(randn([16, 4]))
          .mean(0)
          .sub(pattern)
          .abs()
          .mean(),
      ).item();
    const before = await gapNow();
    for (let step = 0; step < 120; step++) {
      const real = pattern.add(randn([16, 1, 8, 8]).mul(0.05));
      const made = noGrad(() => generator.call(randn([16, 4])));
      moveDiscriminator.zeroGrad();
      discriminatorLoss(discriminator.call(real), discriminator.call(made)).backward();
      moveDiscriminator.step();
      moveGenerator.zeroGrad();
      generatorLoss(discriminator.call(generator.call(randn([16, 4])))).backward();
      moveGenerator.step();
    }
    expect(before).toBeGreaterThan(0.7);
    expect(await gapNow()).toBeLessThan(0.3);
  });
});
