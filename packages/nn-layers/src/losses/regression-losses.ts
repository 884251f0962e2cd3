import type { Tensor } from '@evenkeel/tensor';
import { Loss } from './loss.ts';
import type { ReductionOptions } from './reduction.ts';
import {
  type GaussianNllLossOptions,
  gaussianNllLoss,
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type PoissonNllLossOptions,
  poissonNllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from './regression.ts';

/**
 * (input − target)²; `torch.nn.MSELoss`, the function `mseLoss`.
 *
 * Both of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape.
 *
 * ```ts
 * console.log(await new MSELoss().call(tensor([1, 2]), tensor([4, 1])).item()); // prints 5
 * ```
 *
 * @throws ShapeError at the call when the shapes differ; nothing is broadcast
 * @throws ConfigError at the call for an unknown reduction
 */
export class MSELoss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/**
 * |input − target|; `torch.nn.L1Loss`, the function `l1Loss`.
 *
 * Both of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape.
 *
 * ```ts
 * console.log(await new L1Loss().call(tensor([1, 2]), tensor([4, 1])).item()); // prints 2
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class L1Loss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/**
 * d² / (2 beta) for |d| < beta, else |d| − beta / 2, with d = input − target; `torch.nn.SmoothL1Loss`, the function
 * `smoothL1Loss`. Girshick 2015, Fast R-CNN.
 *
 * Both of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape. `beta` is 1 by
 * default.
 *
 * ```ts
 * const loss = new SmoothL1Loss({ reduction: 'none' });
 * console.log(await loss.call(tensor([0.5, 3]), tensor([0, 0])).tolist()); // prints [ 0.125, 2.5 ]
 * ```
 *
 * @throws ShapeError at the call when the shapes differ; ConfigError for a beta below 0 or an unknown reduction
 */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/**
 * d² / 2 for |d| ≤ delta, else delta · (|d| − delta / 2), with d = input − target; `torch.nn.HuberLoss`, the function
 * `huberLoss`. Huber 1964, Robust estimation of a location parameter.
 *
 * Both of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape. `delta` is 1 by
 * default.
 *
 * ```ts
 * const loss = new HuberLoss({ delta: 2, reduction: 'none' });
 * console.log(await loss.call(tensor([1, 3]), tensor([0, 0])).tolist()); // prints [ 0.5, 4 ]
 * ```
 *
 * @throws ShapeError at the call when the shapes differ; ConfigError unless delta is positive, and for an unknown
 * reduction
 */
export class HuberLoss extends Loss<HuberLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/**
 * ½ (log variance + (input − target)² / variance), what a normal distribution around the input says of the target;
 * `torch.nn.GaussianNLLLoss`, the function `gaussianNllLoss`. Nix and Weigend 1994.
 *
 * Input and target of one shape, a variance that broadcasts to it. Output: the mean (default), the sum, or with
 * `reduction: 'none'` that shape. Defaults: `full` (with the constant ½ log 2π) false, `eps`, the least variance, 1e-6.
 *
 * ```ts
 * const loss = new GaussianNLLLoss().call(tensor([1]), tensor([3]), tensor([1]));
 * console.log(await loss.item()); // prints 2
 * ```
 *
 * @throws ShapeError at the call when input and target differ in shape
 * @throws ConfigError at the call for an unknown reduction
 */
export class GaussianNLLLoss extends Loss<GaussianNllLossOptions> {
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/**
 * rate − target · log rate, what a Poisson distribution says of a count; `torch.nn.PoissonNLLLoss`, the function
 * `poissonNllLoss`.
 *
 * Input and target of one shape. Output: the mean (default), the sum, or with `reduction: 'none'` that shape. Defaults:
 * `logInput` (the input is log rate) true, `full` (with Stirling's approximation of log target!) false, `eps` 1e-8.
 *
 * ```ts
 * console.log(await new PoissonNLLLoss().call(tensor([0]), tensor([5])).item()); // prints 1
 * console.log(await new PoissonNLLLoss({ logInput: false }).call(tensor([4]), tensor([0])).item()); // prints 4
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class PoissonNLLLoss extends Loss<PoissonNllLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}
