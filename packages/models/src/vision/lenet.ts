import { ConfigError } from '@evenkeel/errors';
import {
  BatchNorm2d,
  Conv2d,
  Identity,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Tanh,
  type TensorModule,
} from '@evenkeel/nn-layers';
import { scope, type Tensor } from '@evenkeel/tensor';

export interface LeNetOptions {
  /** Channels of the images (default 1). */
  inChannels?: number;
  /** Height and width of the images, at least 12 (default 28). */
  imageSize?: number;
  /** Whether batch normalization follows each convolution (default false). */
  batchNorm?: boolean;
  /** Default `relu`; LeCun's was a `tanh`. */
  activation?: 'relu' | 'tanh';
}

/**
 * LeNet-5: two convolutions of 5 × 5 with 2 × 2 max-pooling, then three linear layers of 120, 84 and `classes`.
 *
 * Images `[N, inChannels, imageSize, imageSize]` to logits `[N, classes]`. LeCun et al. 1998, Gradient-based learning
 * applied to document recognition; as usual today the pooling takes the largest value and the output is linear.
 * Parameters: `conv1`, `bn1`, `conv2`, `bn2`, `fc1`, `fc2`, `fc3`.
 *
 * ```ts
 * const model = new LeNet(10, { batchNorm: true });
 * console.log(model.call(randn([2, 1, 28, 28])).shape); // prints [ 2, 10 ]
 * ```
 */
export class LeNet extends Module {
  conv1: Conv2d;
  bn1: TensorModule;
  conv2: Conv2d;
  bn2: TensorModule;
  pool: MaxPool2d;
  activation: TensorModule;
  fc1: Linear;
  fc2: Linear;
  fc3: Linear;

  constructor(classes = 10, options: LeNetOptions = {}) {
    super();
    const { inChannels = 1, imageSize = 28, batchNorm = false, activation = 'relu' } = options;
    const side = Math.floor((Math.floor(imageSize / 2) - 4) / 2);
    if (!(Number.isInteger(imageSize) && side >= 1)) {
      throw new ConfigError('the images are too small', {
        doing: 'making a LeNet',
        got: `imageSize ${imageSize}`,
        expected: 'a whole number of at least 12',
      });
    }
    this.conv1 = new Conv2d(inChannels, 6, 5, { padding: 2 });
    this.bn1 = batchNorm ? new BatchNorm2d(6) : new Identity();
    this.conv2 = new Conv2d(6, 16, 5);
    this.bn2 = batchNorm ? new BatchNorm2d(16) : new Identity();
    this.pool = new MaxPool2d(2);
    this.activation = activation === 'relu' ? new ReLU() : new Tanh();
    this.fc1 = new Linear(16 * side * side, 120);
    this.fc2 = new Linear(120, 84);
    this.fc3 = new Linear(84, classes);
  }

  override forward(images: Tensor): Tensor {
    return scope(() => {
      const first = this.pool.call(this.activation.call(this.bn1.call(this.conv1.call(images))));
      const second = this.pool.call(this.activation.call(this.bn2.call(this.conv2.call(first))));
      const hidden = this.activation.call(this.fc1.call(second.flatten(1)));
      return this.fc3.call(this.activation.call(this.fc2.call(hidden)));
    });
  }
}
