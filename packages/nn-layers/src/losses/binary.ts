import { ConfigError } from '@evenkeel/errors';
import { customGradient, inFloat32, log1p, type Tensor, where } from '@evenkeel/tensor';
import { logsigmoid } from '../functional/smooth.ts';
import { type Reduction, type ReductionOptions, reduce } from './reduction.ts';
import { expectSameShape } from './same-shape.ts';

export interface BinaryCrossEntropyOptions extends ReductionOptions {
  /** Factor on each loss; broadcasts to the input. */
  weight?: Tensor;
}

/**
 * −(target · log input + (1 − target) · log(1 − input)), each logarithm at least −100;
 * `torch.nn.functional.binary_cross_entropy`. From logits take `binaryCrossEntropyWithLogits`, which stays exact.
 *
 * The gradient is PyTorch's, (input − target) / max(input · (1 − input), 1e-12), also where a logarithm was cut off.
 *
 * @param input probabilities
 * @param target of the same shape, from 0 to 1
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  expectSameShape('binaryCrossEntropy', input, target);
  return inFloat32(input, (input) => {
    const losses = crossEntropyOfProbabilities(input, target);
    return reduce(options.weight ? losses.mul(options.weight) : losses, options.reduction);
  });
}

const crossEntropyOfProbabilities = /* @__PURE__ */ customGradient(
  (input, target) => {
    const hit = input.log().clamp({ min: -100 });
    const miss = log1p(input.neg()).clamp({ min: -100 });
    return target.mul(hit.sub(miss)).add(miss).neg();
  },
  (cotangent, { inputs: [input, target] }) => {
    const [p, y] = [input as Tensor, target as Tensor];
    const spread = p.mul(p.neg().add(1)).clamp({ min: 1e-12 });
    const forTarget = y.requiresGrad ? cotangent.mul(log1p(p.neg()).sub(p.log())) : undefined;
    return [cotangent.mul(p.sub(y)).div(spread), forTarget];
  },
);

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Factor on the part of the targets that are 1; broadcasts to the input, usually `[classes]`. */
  posWeight?: Tensor;
}

/**
 * Binary cross-entropy of sigmoid(input), without overflow at either end;
 * `torch.nn.functional.binary_cross_entropy_with_logits`.
 *
 * @param input logits
 * @param target of the same shape, from 0 to 1
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  const { weight, posWeight, reduction } = options;
  expectSameShape('binaryCrossEntropyWithLogits', input, target);
  return inFloat32(input, (input) => {
    const misses = input.mul(target.neg().add(1));
    const hits = logsigmoid(input);
    const weighted = posWeight ? hits.mul(posWeight.sub(1).mul(target).add(1)) : hits;
    const losses = misses.sub(weighted);
    return reduce(weight ? losses.mul(weight) : losses, reduction);
  });
}

export interface KlDivOptions {
  /** `mean` (default, as in PyTorch) divides by the elements; `batchmean` by the first dimension, as the formula has it. */
  reduction?: Reduction | 'batchmean';
  /** Whether the target is given as logarithms too (default false). */
  logTarget?: boolean;
}

/**
 * target · (log target − input), the Kullback–Leibler divergence; `torch.nn.functional.kl_div`.
 *
 * @param input log-probabilities
 * @param target probabilities of the same shape
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = 'mean', logTarget = false } = options;
  expectSameShape('klDiv', input, target);
  if (reduction === 'batchmean' && input.ndim === 0) {
    throw new ConfigError('a scalar has no batch to take the mean over', { op: 'klDiv' });
  }
  return inFloat32(input, (input) => {
    const losses = logTarget ? target.exp().mul(target.sub(input)) : entropyTerm(target).sub(target.mul(input));
    return reduction === 'batchmean' ? losses.sum().div(input.shape[0] ?? 1) : reduce(losses, reduction);
  });
}

/** t log t, which is 0 at 0. */
function entropyTerm(target: Tensor): Tensor {
  return target.mul(where(target.gt(0), target, 1).log());
}
