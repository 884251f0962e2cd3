import { BatchNorm2d, Conv2d, Module, ReLU, Sequential } from '@evenkeel/nn-layers';
import { scope, type Tensor } from '@evenkeel/tensor';

/** Which block a ResNet is made of. */
export type ResidualBlockKind = 'basic' | 'bottleneck';

/** How many times wider than its width a block's output is. */
export const expansions: Record<ResidualBlockKind, number> = { basic: 1, bottleneck: 4 };

/** A block of `[N, inChannels, H, W]` to `[N, width · expansion, H / stride, W / stride]`. */
export function residualBlock(
  kind: ResidualBlockKind,
  inChannels: number,
  width: number,
  stride: number,
): BasicBlock | Bottleneck {
  return kind === 'basic' ? new BasicBlock(inChannels, width, stride) : new Bottleneck(inChannels, width, stride);
}

/** relu(bn(conv3×3(relu(bn(conv3×3(x))))) + x), the shortcut projected where sizes differ; He et al. 2016, figure 2. *
 * ```ts
 * console.log(new BasicBlock(8, 16, 2).call(randn([1, 8, 6, 6])).shape); // prints [ 1, 16, 3, 3 ]
 * ```
 */
export class BasicBlock extends Module {
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu: ReLU;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  downsample: Sequential | undefined;

  constructor(inChannels: number, width: number, stride = 1) {
    super();
    this.conv1 = new Conv2d(inChannels, width, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.relu = new ReLU();
    this.conv2 = new Conv2d(width, width, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(width);
    this.downsample = projection(inChannels, width, stride);
  }

  override forward(input: Tensor): Tensor {
    return scope(() => {
      const hidden = this.relu.call(this.bn1.call(this.conv1.call(input)));
      const shortcut = this.downsample ? this.downsample.call(input) : input;
      return this.relu.call(this.bn2.call(this.conv2.call(hidden)).add(shortcut));
    });
  }
}

/**
 * The block of the deep ResNets: 1 × 1 down to `width`, 3 × 3, 1 × 1 up to 4 · `width`; He et al. 2016, figure 5.
 *
 * The stride is that of the 3 × 3 convolution, as in torchvision ("ResNet v1.5").
 *
 * ```ts
 * console.log(new Bottleneck(16, 4).call(randn([2, 16, 6, 6])).shape); // prints [ 2, 16, 6, 6 ]
 * ```
 */
export class Bottleneck extends Module {
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  conv3: Conv2d;
  bn3: BatchNorm2d;
  relu: ReLU;
  downsample: Sequential | undefined;

  constructor(inChannels: number, width: number, stride = 1) {
    super();
    const outChannels = width * expansions.bottleneck;
    this.conv1 = new Conv2d(inChannels, width, 1, { bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = new Conv2d(width, width, 3, { stride, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = new Conv2d(width, outChannels, 1, { bias: false });
    this.bn3 = new BatchNorm2d(outChannels);
    this.relu = new ReLU();
    this.downsample = projection(inChannels, outChannels, stride);
  }

  override forward(input: Tensor): Tensor {
    return scope(() => {
      const narrow = this.relu.call(this.bn1.call(this.conv1.call(input)));
      const hidden = this.relu.call(this.bn2.call(this.conv2.call(narrow)));
      const shortcut = this.downsample ? this.downsample.call(input) : input;
      return this.relu.call(this.bn3.call(this.conv3.call(hidden)).add(shortcut));
    });
  }
}

/** The shortcut where the output has another size; none where it has not. */
function projection(inChannels: number, outChannels: number, stride: number): Sequential | undefined {
  if (stride === 1 && inChannels === outChannels) return undefined;
  return new Sequential(new Conv2d(inChannels, outChannels, 1, { stride, bias: false }), new BatchNorm2d(outChannels));
}
