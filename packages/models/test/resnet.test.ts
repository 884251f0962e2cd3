import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError } from '@evenkeel/errors';
import { BatchNorm2d, crossEntropy } from '@evenkeel/nn-layers';
import { manualSeed, randn, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BasicBlock, Bottleneck, ResNet, resnet18, resnet20, resnet34, resnet50 } from '../src/index.ts';
import { train } from './support/train.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(1));

const parameterCount = (model: ResNet): number => model.parameters().reduce((sum, { size }) => sum + size, 0);

describe('ResNet', () => {
  test('has the sizes that torchvision publishes, and ResNet-20 that of the paper', () => {
    expect(parameterCount(resnet18())).toBe(11_689_512);
    expect(parameterCount(resnet34())).toBe(21_797_672);
    expect(parameterCount(resnet50())).toBe(25_557_032);
    // 0.27 million; 0.269722 million as usually counted, and 2560 more and norms for the two projected shortcuts.
    expect(parameterCount(resnet20())).toBe(269_722 + (16 * 32 + 2 * 32) + (32 * 64 + 2 * 64));
  });

  test("has torchvision's names and shapes", () => {
    const shapes = new Map([...resnet18().stateDict()].map(([name, { shape }]) => [name, shape]));
    // 20 convolutions, 20 norms with five entries each, and the head.
    expect(shapes.size).toBe(20 + 20 * 5 + 2);
    expect(shapes.get('conv1.weight')).toEqual([64, 3, 7, 7]);
    expect(shapes.get('bn1.running_var')).toEqual([64]);
    expect(shapes.get('layer1.0.conv1.weight')).toEqual([64, 64, 3, 3]);
    expect(shapes.get('layer1.1.bn2.num_batches_tracked')).toEqual([]);
    expect(shapes.has('layer1.0.downsample.0.weight')).toBe(false);
    expect(shapes.get('layer2.0.downsample.0.weight')).toEqual([128, 64, 1, 1]);
    expect(shapes.get('layer4.0.downsample.1.bias')).toEqual([512]);
    expect(shapes.get('fc.weight')).toEqual([1000, 512]);
    const deep = new Map([...resnet50().stateDict()].map(([name, { shape }]) => [name, shape]));
    expect(deep.get('layer1.0.downsample.0.weight')).toEqual([256, 64, 1, 1]);
    expect(deep.get('layer4.2.conv3.weight')).toEqual([2048, 512, 1, 1]);
    expect(deep.get('fc.weight')).toEqual([1000, 2048]);
  });

  test('makes the maps as small as the paper says', () => {
    const large = new ResNet([1, 1, 1, 1], { width: 4, classes: 5 }).eval();
    expect(large.features(randn([1, 3, 64, 64])).shape).toEqual([1, 32, 2, 2]);
    expect(large.call(randn([2, 3, 64, 64])).shape).toEqual([2, 5]);
    const small = new ResNet([1, 1, 1], { width: 4, stem: 'small', block: 'bottleneck', inChannels: 1 }).eval();
    expect(small.features(randn([1, 1, 16, 16])).shape).toEqual([1, 64, 4, 4]);
    expect(small.featureSize).toBe(64);
  });

  test('learns a batch of pictures by heart, and evaluates as it trained', async () => {
    const model = new ResNet([1, 1, 1], { width: 4, stem: 'small', classes: 4 });
    const [images, classes] = [randn([8, 3, 8, 8]), tensor([0, 1, 2, 3, 0, 1, 2, 3], { dtype: 'int32' })];
    const { last } = await train(model, 40, 0.01, () => crossEntropy(model.call(images), classes));
    expect(last).toBeLessThan(0.1);
    expect(await model.eval().call(images).argmax(1).tolist()).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });

  test('is refused with other than three or four stages', () => {
    expect(() => new ResNet([1, 1])).toThrow(ConfigError);
    expect(() => new ResNet([1, 1, 1, 1, 1])).toThrow(ConfigError);
  });
});

describe('a residual block', () => {
  test('starts as its shortcut when its last norm starts at zero', async () => {
    const model = new ResNet([1, 1, 1], { width: 4, stem: 'small', zeroInitResidual: true });
    const input = randn([2, 4, 6, 6]);
    const gap = model.layer1.call(input).sub(input.relu()).abs().amax();
    expect(await gap.item()).toBe(0);
    expect(await model.layer2.call(input).sub(0).abs().amax().item()).toBeGreaterThan(0.1);
  });

  test('adds what its convolutions make to what came in', async () => {
    for (const block of [new BasicBlock(8, 8), new Bottleneck(32, 8)]) {
      const channels = block instanceof Bottleneck ? 32 : 8;
      const input = randn([2, channels, 5, 5]).abs();
      block.eval();
      // Running statistics are 0 and 1, so that with a weight of 0 and a bias of 2 the last norm gives 2.
      const last = block instanceof Bottleneck ? block.bn3 : block.bn2;
      last.loadStateDict({
        ...Object.fromEntries(new BatchNorm2d(channels).stateDict()),
        weight: input.mul(0).sum([0, 2, 3]),
        bias: input.mul(0).sum([0, 2, 3]).add(2),
      });
      expect(await block.call(input).sub(input).sub(2).abs().amax().item()).toBeLessThan(1e-5);
    }
  });
});
