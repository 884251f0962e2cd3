import { ones, Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { layerNorm } from '../functional/normalization.ts';
import { ones_, zeros_ } from '../init/constant.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface LayerNormOptions {
  /** Added to the variance inside the root (default 1e-5). */
  eps?: number;
  /** Whether weight and bias are learned at all (default true). */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight (default true). */
  bias?: boolean;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias over the trailing dimensions of each sample; `torch.nn.LayerNorm`.
 *
 * Input and output `[..., ...normalizedShape]`; eps is 1e-5, the variance the biased one. `weight` starts at ones and
 * `bias` at zeros, both of the normalized shape. It looks at one sample only, so it does the same in training and
 * evaluation and at any batch size. Ba, Kiros and Hinton 2016, Layer normalization.
 *
 * ```ts
 * const normalized = await new LayerNorm(3).call(tensor([1, 2, 3])).data();
 * console.log(Array.from(normalized, (value) => value.toFixed(4))); // prints [ '-1.2247', '0.0000', '1.2247' ]
 * ```
 *
 * @param normalizedShape the sizes of the trailing dimensions, or the last one
 * @throws ConfigError for sizes that are not positive
 * @throws ShapeError at the call when the input does not end in that shape
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  weight: Parameter | undefined;
  bias: Parameter | undefined;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    checkSizes('LayerNorm', Object.fromEntries(this.normalizedShape.map((size, dim) => [`size ${dim}`, size])));
    this.eps = eps;
    if (elementwiseAffine) this.weight = new Parameter(ones(this.normalizedShape));
    if (elementwiseAffine && bias) this.bias = new Parameter(zeros(this.normalizedShape));
  }

  /** Sets weight to ones and bias to zeros. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  override forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }
}
