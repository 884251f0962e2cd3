import { ones, Parameter, type Tensor } from '@evenkeel/tensor';
import { rmsNorm } from '../functional/normalization.ts';
import { ones_ } from '../init/constant.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface RMSNormOptions {
  /** Added to the mean square inside the root (default: the dtype's distance from 1 to the next number). */
  eps?: number;
  /** Whether a weight is learned (default true). */
  elementwiseAffine?: boolean;
}

/**
 * x / √(mean(x²) + eps) · weight over the trailing dimensions of each sample, any shape; `torch.nn.RMSNorm`.
 *
 * `weight`, of the normalized shape, starts at ones. Zhang and Sennrich 2019, Root mean square layer normalization.
 *
 * ```ts
 * // The mean square is 16 / 4, its root 2.
 * console.log(await new RMSNorm(4).call(tensor([0, 4, 0, 0])).tolist()); // prints [ 0, 2, 0, 0 ]
 * ```
 *
 * @param normalizedShape the sizes of the trailing dimensions, or the last one
 * @throws ConfigError for sizes that are not positive
 * @throws ShapeError at the call when the input does not end in that shape
 */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | undefined;
  weight: Parameter | undefined;

  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    checkSizes('RMSNorm', Object.fromEntries(this.normalizedShape.map((size, dim) => [`size ${dim}`, size])));
    this.eps = options.eps;
    if (options.elementwiseAffine ?? true) this.weight = new Parameter(ones(this.normalizedShape));
  }

  /** Sets the weight to ones. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
  }

  override forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }
}
