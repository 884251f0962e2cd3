import { Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { bilinear } from '../functional/linear.ts';
import { uniform_ } from '../init/random.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface BilinearOptions {
  /** Whether a bias is added (default true). */
  bias?: boolean;
}

/**
 * y = x1ᵀ A x2 + b, one matrix A for each output; `torch.nn.Bilinear`.
 *
 * Inputs `[..., in1]` and `[..., in2]`, output `[..., out]`. `weight [out, in1, in2]` and `bias [out]` start as
 * U(−1/√in1, 1/√in1).
 *
 * ```ts
 * const layer = new Bilinear(2, 2, 1, { bias: false });
 * layer.loadStateDict({ weight: tensor([[[1, 0], [0, 1]]]) }); // with A = I it is the dot product
 * console.log(await layer.call(tensor([1, 2]), tensor([3, 4])).tolist()); // prints [ 11 ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive
 * @throws ShapeError at the call when the inputs do not fit the weight or each other
 */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | undefined;

  constructor(in1Features: number, in2Features: number, outFeatures: number, options: BilinearOptions = {}) {
    super();
    checkSizes('Bilinear', { in1Features, in2Features, outFeatures });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, in1Features, in2Features]));
    if (options.bias ?? true) this.bias = new Parameter(zeros([outFeatures]));
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, { low: -bound, high: bound });
    if (this.bias) uniform_(this.bias, { low: -bound, high: bound });
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }
}
