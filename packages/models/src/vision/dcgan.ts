import { ConfigError } from '@evenkeel/errors';
import {
  BatchNorm2d,
  binaryCrossEntropyWithLogits,
  Conv2d,
  ConvTranspose2d,
  init,
  LeakyReLU,
  Module,
  ReLU,
  Sequential,
  Tanh,
  type TensorModule,
} from '@evenkeel/nn-layers';
import { onesLike, scope, type Tensor, zerosLike } from '@evenkeel/tensor';

export interface DCGANOptions {
  /** Height and width of the images: a power of two of at least 8 (default 64). */
  imageSize?: number;
  /** Channels of the images (default 3). */
  channels?: number;
  /** Channels of the layer next to the image; each layer inwards has twice as many (default 64). */
  width?: number;
}

/**
 * Makes images out of noise: transposed convolutions that double the size, batch normalization and ReLU between, tanh.
 *
 * Noise `[N, latent]` to images `[N, channels, imageSize, imageSize]` in (−1, 1). Radford et al. 2016, Unsupervised
 * representation learning with deep convolutional generative adversarial networks. Weights start as N(0, 0.02²), those
 * of the norms as N(1, 0.02²). Parameters: `main.N.*`, as in PyTorch's tutorial.
 *
 * ```ts
 * const [generator, discriminator] = [new DCGANGenerator(8, { imageSize: 16 }), new DCGANDiscriminator({ imageSize: 16 })];
 * const made = generator.call(randn([4, 8]));
 * generatorLoss(discriminator.call(made)).backward();
 * console.log(made.shape); // prints [ 4, 3, 16, 16 ]
 * ```
 */
export class DCGANGenerator extends Module {
  readonly latent: number;
  main: Sequential;

  constructor(latent = 100, options: DCGANOptions = {}) {
    super();
    const { channels = 3, width = 64 } = options;
    this.latent = latent;
    const widths = stageWidths(options.imageSize ?? 64, width).reverse();
    const layers: TensorModule[] = [];
    let inChannels = latent;
    for (const [index, outChannels] of widths.entries()) {
      // The first makes 4 × 4 out of one point; each after it doubles.
      const placed = index === 0 ? {} : { stride: 2, padding: 1 };
      layers.push(new ConvTranspose2d(inChannels, outChannels, 4, { ...placed, bias: false }));
      layers.push(new BatchNorm2d(outChannels), new ReLU());
      inChannels = outChannels;
    }
    layers.push(new ConvTranspose2d(inChannels, channels, 4, { stride: 2, padding: 1, bias: false }), new Tanh());
    this.main = new Sequential(...layers);
    startAsDCGAN(this);
  }

  override forward(noise: Tensor): Tensor {
    return scope(() => this.main.call(noise.reshape([noise.shape[0] ?? 0, this.latent, 1, 1])));
  }
}

/**
 * Tells real images from made ones: convolutions that halve the size, batch normalization and leaky ReLU between.
 *
 * Images `[N, channels, imageSize, imageSize]` to logits `[N]`, positive for real; PyTorch's tutorial puts a sigmoid
 * behind them. Radford et al. 2016. Weights start as in `DCGANGenerator`. Parameters: `main.N.*`.
 *
 * ```ts
 * console.log(new DCGANDiscriminator({ imageSize: 16, width: 8 }).call(randn([4, 3, 16, 16])).shape); // prints [ 4 ]
 * ```
 */
export class DCGANDiscriminator extends Module {
  main: Sequential;

  constructor(options: DCGANOptions = {}) {
    super();
    const { imageSize = 64, channels = 3, width = 64 } = options;
    const layers: TensorModule[] = [];
    let inChannels = channels;
    for (const [index, outChannels] of stageWidths(imageSize, width).entries()) {
      layers.push(new Conv2d(inChannels, outChannels, 4, { stride: 2, padding: 1, bias: false }));
      if (index > 0) layers.push(new BatchNorm2d(outChannels));
      layers.push(new LeakyReLU({ negativeSlope: 0.2 }));
      inChannels = outChannels;
    }
    layers.push(new Conv2d(inChannels, 1, 4, { bias: false }));
    this.main = new Sequential(...layers);
    startAsDCGAN(this);
  }

  override forward(images: Tensor): Tensor {
    return scope(() => this.main.call(images).flatten());
  }
}

/** What the discriminator minimizes: −log σ(real) − log(1 − σ(made)), means. Goodfellow et al. 2014, algorithm 1. */
export function discriminatorLoss(real: Tensor, made: Tensor): Tensor {
  return scope(() =>
    binaryCrossEntropyWithLogits(real, onesLike(real)).add(binaryCrossEntropyWithLogits(made, zerosLike(made))),
  );
}

/** What the generator minimizes: −log σ(made), a mean; the form that does not saturate. Goodfellow et al. 2014, section 3. */
export function generatorLoss(made: Tensor): Tensor {
  return binaryCrossEntropyWithLogits(made, onesLike(made));
}

/** Channels from the image inwards, down to 4 × 4. */
function stageWidths(imageSize: number, width: number): number[] {
  const halvings = Math.log2(imageSize) - 2;
  if (!Number.isInteger(halvings) || halvings < 1) {
    throw new ConfigError('no such image size', {
      doing: 'making a DCGAN',
      got: `imageSize ${imageSize}`,
      expected: 'a power of two of at least 8',
    });
  }
  return Array.from({ length: halvings }, (_, index) => width * 2 ** index);
}

function startAsDCGAN(model: Module): void {
  for (const module of model.modules()) {
    if (module instanceof Conv2d || module instanceof ConvTranspose2d) init.normal_(module.weight, { std: 0.02 });
    else if (module instanceof BatchNorm2d && module.weight) init.normal_(module.weight, { mean: 1, std: 0.02 });
  }
}
