import { ConfigError, ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';
import { checkWeight, classDim, classTargets, reduceWeighted } from './class-targets.ts';
import { type ReductionOptions, reduce } from './reduction.ts';

export interface NllLossOptions extends ReductionOptions {
  /** `[C]`: how much each class counts. */
  weight?: Tensor;
  /** Targets of this number are left out of loss, gradient and mean (default −100). */
  ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NllLossOptions {
  /** How much of each target is spread evenly over all classes, from 0 (default) to 1. Szegedy et al. 2016. */
  labelSmoothing?: number;
}

/**
 * −log softmax(input) at the target class; `torch.nn.functional.cross_entropy`. From logits, shifted by the maximum.
 *
 * With class weights the mean is Σ loss / Σ weight[target]; with none, over the targets that are not ignored.
 *
 * @param input logits `[N, C]`, `[N, C, d1, …]` or `[C]`
 * @param target int32 classes `[N]`, `[N, d1, …]` or `[]`; or probabilities of the input's shape and a float dtype
 * @returns a scalar, or with `reduction: 'none'` the target's shape (without the classes)
 * @throws IndexError for a target that is neither a class nor `ignoreIndex`; ShapeError when the two do not fit
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0, weight, reduction } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ConfigError('label smoothing is out of range', {
      op: 'crossEntropy',
      got: `labelSmoothing = ${labelSmoothing}`,
      expected: 'a number from 0 to 1',
    });
  }
  if (target.dtype.startsWith('float')) return probabilityTargets(input, target, options);
  return scope(() => {
    const dim = classDim(input);
    const classes = input.shape[dim] ?? 1;
    const { pick, sampleWeights } = classTargets('crossEntropy', input, target, options);
    const logProbabilities = input.logSoftmax(dim);
    const picked = pick(logProbabilities);
    const likelihood = weight ? picked.mul(sampleWeights) : picked;
    if (labelSmoothing === 0) return reduceWeighted(likelihood.neg(), sampleWeights, reduction);
    const evenly = weighted(logProbabilities, weight, dim)
      .sum(dim)
      .maskedFill(target.eq(options.ignoreIndex ?? -100), 0);
    const losses = likelihood.mul(labelSmoothing - 1).sub(evenly.mul(labelSmoothing / classes));
    return reduceWeighted(losses, sampleWeights, reduction);
  });
}

/**
 * −input at the target class; `torch.nn.functional.nll_loss`.
 *
 * @param input log-probabilities, shaped as in `crossEntropy`
 * @param target int32 classes, as in `crossEntropy`
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllLossOptions = {}): Tensor {
  return scope(() => {
    const { pick, sampleWeights } = classTargets('nllLoss', input, target, options);
    const losses = (options.weight ? pick(input).mul(sampleWeights) : pick(input)).neg();
    return reduceWeighted(losses, sampleWeights, options.reduction);
  });
}

/** −Σ target · log softmax(input) over the classes; the mean divides by the number of samples, weighted or not. */
function probabilityTargets(input: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { weight, labelSmoothing = 0, reduction } = options;
  if (input.ndim !== target.ndim || input.shape.some((size, dim) => size !== target.shape[dim])) {
    throw new ShapeError('probabilities as target need the shape of the input', {
      op: 'crossEntropy',
      got: `input [${input.shape.join(', ')}], ${target.dtype} target [${target.shape.join(', ')}]`,
      remedy: 'give class numbers as int32',
    });
  }
  return scope(() => {
    const dim = classDim(input);
    const classes = input.shape[dim] ?? 1;
    checkWeight('crossEntropy', weight, classes);
    const smoothed = labelSmoothing > 0 ? target.mul(1 - labelSmoothing).add(labelSmoothing / classes) : target;
    return reduce(weighted(input.logSoftmax(dim), weight, dim).mul(smoothed).sum(dim).neg(), reduction);
  });
}

/** Values of all classes, each times its class's weight. */
function weighted(values: Tensor, weight: Tensor | undefined, dim: number): Tensor {
  return weight ? values.mul(weight.reshape([-1, ...Array<number>(values.ndim - dim - 1).fill(1)])) : values;
}
