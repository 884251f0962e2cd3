import type { Tensor } from '@evenkeel/tensor';
import {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type KlDivOptions,
  klDiv,
} from './binary.ts';
import { Loss } from './loss.ts';

/**
 * −(target · log input + (1 − target) · log(1 − input)), each logarithm at least −100; `torch.nn.BCELoss`, the function
 * `binaryCrossEntropy`. From logits take `BCEWithLogitsLoss`, which stays exact.
 *
 * Input probabilities of any shape, target from 0 to 1 of the same. Output: the mean (default), the sum, or with
 * `reduction: 'none'` that shape. `weight` (default none) broadcasts to it.
 *
 * ```ts
 * const loss = new BCELoss().call(tensor([0.5, 0.25]), tensor([1, 0]));
 * console.log((await loss.item()).toFixed(4)); // prints 0.4904
 * console.log((-(Math.log(0.5) + Math.log(0.75)) / 2).toFixed(4)); // prints 0.4904
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/**
 * `BCELoss` of sigmoid(input), without overflow at either end; `torch.nn.BCEWithLogitsLoss`, the function
 * `binaryCrossEntropyWithLogits`.
 *
 * Input logits of any shape, target from 0 to 1 of the same. Output: the mean (default), the sum, or with
 * `reduction: 'none'` that shape. `weight` and `posWeight`, a factor on the part of the targets that are 1 (default
 * none), broadcast to it.
 *
 * ```ts
 * console.log(await new BCEWithLogitsLoss().call(tensor([-200]), tensor([1])).item()); // prints 200
 * ```
 *
 * @throws ShapeError at the call when the shapes differ
 * @throws ConfigError at the call for an unknown reduction
 */
export class BCEWithLogitsLoss extends Loss<BinaryCrossEntropyWithLogitsOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }
}

/**
 * target · (log target − input), the Kullback–Leibler divergence; `torch.nn.KLDivLoss`, the function `klDiv`.
 *
 * Input log-probabilities, target probabilities of the same shape, or with `logTarget` (default false) their
 * logarithms. Output: by default the mean over all elements, as in PyTorch; `'batchmean'` divides the sum by the first
 * dimension, as the formula has it; the sum; or with `'none'` the input's shape. Kullback and Leibler 1951.
 *
 * ```ts
 * const loss = new KLDivLoss({ reduction: 'batchmean' }).call(tensor([[0.5, 0.5]]).log(), tensor([[1, 0]]));
 * console.log((await loss.item()).toFixed(4), Math.log(2).toFixed(4)); // prints 0.6931 0.6931
 * ```
 *
 * @throws ShapeError at the call when the shapes differ; ConfigError for the `batchmean` of a scalar or an unknown
 * reduction
 */
export class KLDivLoss extends Loss<KlDivOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}
