import {
  BatchNorm2d,
  Conv2d,
  type ConvolutionLayerOptions,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from '@evenkeel/nn-layers';
import { cat, scope, type Tensor } from '@evenkeel/tensor';

/** Channels of the four branches of an Inception block. */
export interface InceptionChannels {
  /** Of the 1 × 1 convolution alone. */
  ch1x1: number;
  /** Before and after the 3 × 3 convolution. */
  ch3x3red: number;
  ch3x3: number;
  /** Before and after the 5 × 5 convolution. */
  ch5x5red: number;
  ch5x5: number;
  /** Of the 1 × 1 convolution behind the pooling. */
  poolProj: number;
}

/**
 * Looks at its input at four scales side by side and joins the channels: 1 × 1; 1 × 1 then 3 × 3; 1 × 1 then 5 × 5;
 * 3 × 3 max-pooling then 1 × 1.
 *
 * `[N, inChannels, H, W]` to `[N, ch1x1 + ch3x3 + ch5x5 + poolProj, H, W]`. Szegedy et al. 2015, Going deeper with
 * convolutions, figure 2b, with batch normalization. Parameters have the names of torchvision's GoogLeNet
 * (`branch2.1.conv.weight`), whose third branch is 3 × 3 instead of the paper's 5 × 5.
 *
 * ```ts
 * const block = new Inception(16, { ch1x1: 8, ch3x3red: 8, ch3x3: 16, ch5x5red: 4, ch5x5: 4, poolProj: 4 });
 * console.log(block.call(randn([2, 16, 8, 8])).shape); // prints [ 2, 32, 8, 8 ]
 * ```
 */
export class Inception extends Module {
  readonly outChannels: number;
  branch1: NormalizedConvolution;
  branch2: Sequential;
  branch3: Sequential;
  branch4: Sequential;

  constructor(inChannels: number, channels: InceptionChannels) {
    super();
    const { ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, poolProj } = channels;
    this.outChannels = ch1x1 + ch3x3 + ch5x5 + poolProj;
    this.branch1 = new NormalizedConvolution(inChannels, ch1x1, 1);
    this.branch2 = new Sequential(
      new NormalizedConvolution(inChannels, ch3x3red, 1),
      new NormalizedConvolution(ch3x3red, ch3x3, 3, { padding: 1 }),
    );
    this.branch3 = new Sequential(
      new NormalizedConvolution(inChannels, ch5x5red, 1),
      new NormalizedConvolution(ch5x5red, ch5x5, 5, { padding: 2 }),
    );
    this.branch4 = new Sequential(
      new MaxPool2d(3, { stride: 1, padding: 1 }),
      new NormalizedConvolution(inChannels, poolProj, 1),
    );
  }

  override forward(input: Tensor): Tensor {
    return scope(() =>
      cat(
        [this.branch1, this.branch2, this.branch3, this.branch4].map((branch) => branch.call(input)),
        1,
      ),
    );
  }
}

/** Convolution without bias, batch normalization (eps 0.001), ReLU: `conv`, `bn`. */
class NormalizedConvolution extends Module {
  conv: Conv2d;
  bn: BatchNorm2d;
  relu: ReLU;

  constructor(inChannels: number, outChannels: number, kernelSize: number, options: ConvolutionLayerOptions = {}) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, kernelSize, { ...options, bias: false });
    this.bn = new BatchNorm2d(outChannels, { eps: 0.001 });
    this.relu = new ReLU();
  }

  override forward(input: Tensor): Tensor {
    return scope(() => this.relu.call(this.bn.call(this.conv.call(input))));
  }
}

export interface SmallInceptionOptions {
  /** Channels of the images (default 3). */
  inChannels?: number;
  /** Channels of the stem; the blocks have 2, 2 and 4 times as many (default 32). */
  width?: number;
}

/**
 * A small network of Inception blocks for images such as CIFAR's: a stem, two blocks, pooling, one block more, the
 * mean over the image, a linear head.
 *
 * Images `[N, inChannels, H, W]` to logits `[N, classes]`. After Szegedy et al. 2015.
 * Parameters: `conv1`, `inception1`, `inception2`, `inception3`, `fc`.
 *
 * ```ts
 * console.log(new SmallInception(10, { width: 8 }).call(randn([2, 3, 16, 16])).shape); // prints [ 2, 10 ]
 * ```
 */
export class SmallInception extends Module {
  conv1: NormalizedConvolution;
  inception1: Inception;
  inception2: Inception;
  maxpool: MaxPool2d;
  inception3: Inception;
  fc: Linear;

  constructor(classes = 10, options: SmallInceptionOptions = {}) {
    super();
    const { inChannels = 3, width = 32 } = options;
    this.conv1 = new NormalizedConvolution(inChannels, width, 3, { padding: 1 });
    this.inception1 = new Inception(width, split(2 * width));
    this.inception2 = new Inception(2 * width, split(2 * width));
    this.maxpool = new MaxPool2d(2);
    this.inception3 = new Inception(2 * width, split(4 * width));
    this.fc = new Linear(this.inception3.outChannels, classes);
  }

  override forward(images: Tensor): Tensor {
    return scope(() => {
      const early = this.inception2.call(this.inception1.call(this.conv1.call(images)));
      return this.fc.call(this.inception3.call(this.maxpool.call(early)).mean([2, 3]));
    });
  }
}

/** Half of the channels to 3 × 3, a quarter to 1 × 1, an eighth to each of the others: about GoogLeNet's shares. */
function split(channels: number): InceptionChannels {
  const eighth = Math.ceil(channels / 8);
  return {
    ch1x1: 2 * eighth,
    ch3x3red: 3 * eighth,
    ch3x3: 4 * eighth,
    ch5x5red: eighth,
    ch5x5: eighth,
    poolProj: eighth,
  };
}
