import type { Tensor } from '@evenkeel/tensor';
import { Loss } from './loss.ts';
import {
  hingeEmbeddingLoss,
  type MarginOptions,
  type MultilabelSoftMarginLossOptions,
  type MultiMarginLossOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  softMarginLoss,
} from './margins.ts';
import type { ReductionOptions } from './reduction.ts';

/**
 * input where the target is 1, max(0, margin − input) where it is −1; `torch.nn.HingeEmbeddingLoss`, the function
 * `hingeEmbeddingLoss`.
 *
 * Both of one shape, the input usually a distance. Output: the mean (default), the sum, or with `reduction: 'none'`
 * that shape. `margin` is 1 by default.
 *
 * ```ts
 * const loss = new HingeEmbeddingLoss({ reduction: 'none' });
 * console.log(await loss.call(tensor([0.5, 0.25, 3]), tensor([1, -1, -1])).tolist()); // prints [ 0.5, 0.75, 0 ]
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/**
 * max(0, −target · (input1 − input2) + margin), with target 1 where input1 should be larger and −1 where input2;
 * `torch.nn.MarginRankingLoss`, the function `marginRankingLoss`.
 *
 * All of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape. `margin` is 0 by
 * default.
 *
 * ```ts
 * const loss = new MarginRankingLoss({ reduction: 'none' });
 * console.log(await loss.call(tensor([1, 1]), tensor([3, 3]), tensor([1, -1])).tolist()); // prints [ 2, 0 ]
 * ```
 *
 * @throws ShapeError at the call when the inputs differ in shape
 * @throws ConfigError at the call for an unknown reduction
 */
export class MarginRankingLoss extends Loss<MarginOptions> {
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/**
 * log(1 + e^(−target · input)) with targets of ±1; `torch.nn.SoftMarginLoss`, the function `softMarginLoss`.
 *
 * Both of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape.
 *
 * ```ts
 * console.log(await new SoftMarginLoss().call(tensor([200]), tensor([-1])).item()); // prints 200
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class SoftMarginLoss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/**
 * Σ over the other classes of max(0, margin − input[target] + input[i])ᵖ / C; `torch.nn.MultiMarginLoss`, the function
 * `multiMarginLoss`.
 *
 * Scores `[N, C]` or `[C]`, target int32 classes `[N]` or `[]`. Output: the mean (default), the sum, or with
 * `reduction: 'none'` the target's shape. Defaults: `p` 1, `margin` 1, no `weight [C]`. Weston and Watkins 1999.
 *
 * ```ts
 * const loss = new MultiMarginLoss().call(tensor([[0.5, 1]]), tensor([0], { dtype: 'int32' }));
 * console.log(await loss.item()); // prints 0.75
 * ```
 *
 * @throws IndexError at the call for a target that is no class; ShapeError when the two do not fit
 * @throws ConfigError at the call for an unknown reduction
 */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/**
 * Σ max(0, 1 − (input[j] − input[i])) / C over the target classes j and all other classes i;
 * `torch.nn.MultiLabelMarginLoss`, the function `multilabelMarginLoss`.
 *
 * Scores `[N, C]` or `[C]`, target int32 of the same shape: each sample's classes, then −1. Output: the mean (default),
 * the sum, or with `reduction: 'none'` `[N]` or `[]`.
 *
 * ```ts
 * const loss = new MultiLabelMarginLoss().call(tensor([1, 0.5]), tensor([1, -1], { dtype: 'int32' }));
 * console.log(await loss.item()); // prints 0.75
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class MultiLabelMarginLoss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/**
 * The mean over the classes of the binary cross-entropy of sigmoid(input); `torch.nn.MultiLabelSoftMarginLoss`, the
 * function `multilabelSoftMarginLoss`.
 *
 * Logits and targets of 0 or 1, both `[N, C]` or `[C]`. Output: the mean (default), the sum, or with
 * `reduction: 'none'` `[N]` or `[]`. `weight [C]` (default none) is how much each class counts.
 *
 * ```ts
 * const loss = new MultiLabelSoftMarginLoss({ reduction: 'none' });
 * console.log(await loss.call(tensor([[-200, 200]]), tensor([[1, 1]])).tolist()); // prints [ 100 ]
 * ```
 *
 * @throws ShapeError at the call when the shapes differ, or the weights are not one for each class
 * @throws ConfigError at the call for an unknown reduction
 */
export class MultiLabelSoftMarginLoss extends Loss<MultilabelSoftMarginLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, this.options);
  }
}
