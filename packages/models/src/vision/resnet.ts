import { ConfigError } from '@evenkeel/errors';
import { BatchNorm2d, Conv2d, init, Linear, MaxPool2d, Module, ReLU, Sequential } from '@evenkeel/nn-layers';
import { scope, type Tensor } from '@evenkeel/tensor';
import { BasicBlock, Bottleneck, expansions, type ResidualBlockKind, residualBlock } from './residual-block.ts';

export interface ResNetOptions {
  /** Default 1000, that of ImageNet; 10 of the small ones. */
  classes?: number;
  /** Channels of the images (default 3). */
  inChannels?: number;
  /** Whether each block starts as the identity: its last norm's weight at zero (default false). Goyal et al. 2017. */
  zeroInitResidual?: boolean;
}

export interface ResNetArchitecture {
  /** What the stages are made of (default `basic`). */
  block?: ResidualBlockKind;
  /** Width of the first stage; each later one has twice as much (default 64). */
  width?: number;
  /** `large`: 7 × 7 with stride 2, then max-pooling, for ImageNet; `small`: 3 × 3, for images such as CIFAR's (default `large`). */
  stem?: 'large' | 'small';
}

/**
 * A residual network: a stem, three or four stages of residual blocks, the mean over the image, a linear head.
 *
 * Images `[N, inChannels, H, W]` to logits `[N, classes]`. He et al. 2016, Deep residual learning for image recognition.
 * Convolutions start Kaiming-normal by fan-out. Parameters have torchvision's names: `conv1`, `bn1`,
 * `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`; so its checkpoints load as they are.
 *
 * @param blocks how many blocks each stage has
 * @throws ConfigError unless there are three or four stages
 *
 * ```ts
 * const model = new ResNet([1, 1, 1], { classes: 10, width: 8, stem: 'small' });
 * console.log(model.call(randn([2, 3, 32, 32])).shape); // prints [ 2, 10 ]
 * console.log(resnet18().stateDict().get('layer2.0.downsample.0.weight')?.shape); // prints [ 128, 64, 1, 1 ]
 * ```
 */
export class ResNet extends Module {
  /** Channels of `features`. */
  readonly featureSize: number;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu: ReLU;
  maxpool: MaxPool2d | undefined;
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  layer4: Sequential | undefined;
  fc: Linear;

  constructor(blocks: readonly number[], options: ResNetOptions & ResNetArchitecture = {}) {
    super();
    const { classes = 1000, inChannels = 3, block = 'basic', width = 64, stem = 'large' } = options;
    const [first, second, third, fourth] = blocks;
    if (!first || !second || !third || blocks.length > 4) {
      throw new ConfigError('no such stages', {
        doing: 'making a ResNet',
        got: `blocks [${blocks.join(', ')}]`,
        expected: 'three or four stages of at least one block',
      });
    }
    this.conv1 =
      stem === 'large'
        ? new Conv2d(inChannels, width, 7, { stride: 2, padding: 3, bias: false })
        : new Conv2d(inChannels, width, 3, { padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.relu = new ReLU();
    this.maxpool = stem === 'large' ? new MaxPool2d(3, { stride: 2, padding: 1 }) : undefined;
    let channels = width;
    const stage = (count: number, stageWidth: number, stride: number): Sequential => {
      const made = Array.from({ length: count }, (_, index) => {
        const next = residualBlock(block, channels, stageWidth, index === 0 ? stride : 1);
        channels = stageWidth * expansions[block];
        return next;
      });
      return new Sequential(...made);
    };
    this.layer1 = stage(first, width, 1);
    this.layer2 = stage(second, 2 * width, 2);
    this.layer3 = stage(third, 4 * width, 2);
    this.layer4 = fourth ? stage(fourth, 8 * width, 2) : undefined;
    this.featureSize = channels;
    this.fc = new Linear(channels, classes);
    this.resetParameters(options.zeroInitResidual);
  }

  /** Draws every convolution anew; norms and head are as their layers start. */
  resetParameters(zeroInitResidual = false): void {
    for (const module of this.modules()) {
      if (module instanceof Conv2d) init.kaimingNormal_(module.weight, { mode: 'fanOut', nonlinearity: 'relu' });
      const last = module instanceof BasicBlock ? module.bn2 : module instanceof Bottleneck ? module.bn3 : undefined;
      if (zeroInitResidual && last?.weight) init.zeros_(last.weight);
    }
  }

  override forward(images: Tensor): Tensor {
    return scope(() => this.fc.call(this.features(images).mean([2, 3])));
  }

  /** What the last stage makes of the images: `[N, featureSize, H / 32, W / 32]`, or a quarter of the size in small ones. */
  features(images: Tensor): Tensor {
    return scope(() => {
      const stem = this.relu.call(this.bn1.call(this.conv1.call(images)));
      const early = this.layer1.call(this.maxpool ? this.maxpool.call(stem) : stem);
      const late = this.layer3.call(this.layer2.call(early));
      return this.layer4 ? this.layer4.call(late) : late;
    });
  }
}

/** ResNet-18: 11.7 million parameters; torchvision's `resnet18`. */
export function resnet18(options: ResNetOptions = {}): ResNet {
  return new ResNet([2, 2, 2, 2], options);
}

/** ResNet-34: 21.8 million parameters; torchvision's `resnet34`. */
export function resnet34(options: ResNetOptions = {}): ResNet {
  return new ResNet([3, 4, 6, 3], options);
}

/** ResNet-50, of bottlenecks: 25.6 million parameters; torchvision's `resnet50`. */
export function resnet50(options: ResNetOptions = {}): ResNet {
  return new ResNet([3, 4, 6, 3], { ...options, block: 'bottleneck' });
}

/**
 * ResNet-20 for images of 32 × 32: three stages of three blocks, 16, 32 and 64 wide; He et al. 2016, section 4.2.
 *
 * Where the size changes the shortcut is projected (the paper's option B; its own here was padding with zeros).
 */
export function resnet20(options: ResNetOptions = {}): ResNet {
  return new ResNet([3, 3, 3], { classes: 10, ...options, width: 16, stem: 'small' });
}
