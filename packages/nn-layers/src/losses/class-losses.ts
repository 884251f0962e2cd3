import type { Tensor } from '@evenkeel/tensor';
import { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from './cross-entropy.ts';
import { type CtcLossOptions, ctcLoss, type Lengths } from './ctc.ts';
import { Loss } from './loss.ts';

/**
 * −log softmax(input) at the target class, from logits; `torch.nn.CrossEntropyLoss`, the function `crossEntropy`.
 *
 * Input `[N, C]`, `[N, C, d1, …]` or `[C]`; target int32 classes `[N]`, `[N, d1, …]` or `[]`, or probabilities shaped
 * as the input. Output: the mean, weighted where there is a `weight [C]` (default none); the sum; or with
 * `reduction: 'none'` one loss for each target. Defaults: `ignoreIndex` −100, `labelSmoothing` 0.
 *
 * ```ts
 * const loss = new CrossEntropyLoss().call(tensor([[5, 5]]), tensor([1], { dtype: 'int32' }));
 * console.log((await loss.item()).toFixed(4), Math.log(2).toFixed(4)); // prints 0.6931 0.6931
 * ```
 *
 * @throws ConfigError at the call unless 0 ≤ labelSmoothing ≤ 1, and for an unknown reduction
 * @throws IndexError at the call for a target that is neither a class nor `ignoreIndex`; ShapeError when the two do not
 * fit
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/**
 * −input at the target class, from log-probabilities; `torch.nn.NLLLoss`, the function `nllLoss`.
 *
 * Shapes, `weight`, `ignoreIndex` and `reduction` as in `CrossEntropyLoss`, which is this after a `LogSoftmax`.
 *
 * ```ts
 * const logProbabilities = tensor([[-1, -2], [-3, -4]]);
 * const target = tensor([0, 1], { dtype: 'int32' });
 * console.log(await new NLLLoss().call(logProbabilities, target).item()); // prints 2.5
 * ```
 *
 * @throws IndexError at the call for a target that is neither a class nor `ignoreIndex`; ShapeError when the two do not
 * fit
 * @throws ConfigError at the call for an unknown reduction
 */
export class NLLLoss extends Loss<NllLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options);
  }
}

/**
 * −log of the probability of all ways in which the input can be read as the target, when repetitions count once and
 * blanks not at all: connectionist temporal classification; `torch.nn.CTCLoss`, the function `ctcLoss`.
 *
 * Log-probabilities `[T, N, C]` or `[T, C]`, targets int32 `[N, S]` or `[ΣS]`, and the lengths of both. Output: the
 * mean of loss / target length, the sum, or `[N]`. Defaults: `blank` 0, `zeroInfinity` false. Graves et al. 2006.
 *
 * ```ts
 * const logProbabilities = zeros([2, 2]).logSoftmax(-1); // two steps, blank or 1: three of four are read as 1
 * const loss = new CTCLoss().call(logProbabilities, tensor([1], { dtype: 'int32' }), 2, 1);
 * console.log((await loss.neg().exp().item()).toFixed(2)); // prints 0.75
 * ```
 *
 * @throws ShapeError at the call when lengths and shapes do not fit; ConfigError for a blank that is no class or an
 * unknown reduction
 */
export class CTCLoss extends Loss<CtcLossOptions> {
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
