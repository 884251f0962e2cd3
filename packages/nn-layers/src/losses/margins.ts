import { ShapeError } from '@evenkeel/errors';
import { arange, inFloat32, logicalAnd, logicalNot, type Tensor, where } from '@evenkeel/tensor';
import { logsigmoid, softplus } from '../functional/smooth.ts';
import { classTargets } from './class-targets.ts';
import { type ReductionOptions, reduce } from './reduction.ts';
import { expectSameShape } from './same-shape.ts';

export interface MarginOptions extends ReductionOptions {
  /** Default 1; 0 in `marginRankingLoss`. */
  margin?: number;
}

/** input where the target is 1, max(0, margin − input) where it is −1; `torch.nn.functional.hinge_embedding_loss`. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1, reduction } = options;
  expectSameShape('hingeEmbeddingLoss', input, target);
  return inFloat32(input, (input) => {
    const apart = where(target.ne(1), input.neg().add(margin).clamp({ min: 0 }), 0);
    return reduce(apart.add(where(target.ne(-1), input, 0)), reduction);
  });
}

/**
 * max(0, −target · (input1 − input2) + margin), with target 1 where input1 should be larger and −1 where input2;
 * `torch.nn.functional.margin_ranking_loss`. The margin is 0 by default.
 */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 0, reduction } = options;
  expectSameShape('marginRankingLoss', input1, input2);
  return inFloat32(input1, (input1) => reduce(input2.sub(input1).mul(target).add(margin).clamp({ min: 0 }), reduction));
}

/** log(1 + e^(−target · input)) with targets of ±1; `torch.nn.functional.soft_margin_loss`. */
export function softMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  expectSameShape('softMarginLoss', input, target);
  return inFloat32(input, (input) => reduce(softplus(input.mul(target).neg(), { threshold: 40 }), options.reduction));
}

export interface MultiMarginLossOptions extends MarginOptions {
  /** The power of each margin missed, 1 (default) or 2. */
  p?: number;
  /** `[C]`: how much each class counts. */
  weight?: Tensor;
}

/**
 * Σ over the other classes of max(0, margin − input[target] + input[i])ᵖ / C; `torch.nn.functional.multi_margin_loss`.
 *
 * @param input scores `[N, C]` or `[C]`
 * @param target int32 classes `[N]` or `[]`
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginLossOptions = {}): Tensor {
  const { p = 1, margin = 1, weight, reduction } = options;
  const classes = input.shape.at(-1) ?? 0;
  return inFloat32(input, (input) => {
    const { pick, sampleWeights } = classTargets('multiMarginLoss', input, target, { weight });
    const missed = input.sub(pick(input).unsqueeze(-1)).add(margin).clamp({ min: 0 });
    const others = arange(classes).ne(target.unsqueeze(-1));
    const losses = where(others, p === 1 ? missed : missed.pow(p), 0)
      .sum(-1)
      .mul(1 / classes);
    return reduce(weight ? losses.mul(sampleWeights) : losses, reduction);
  });
}

/**
 * Σ max(0, 1 − (input[j] − input[i])) / C over the target classes j and all other classes i;
 * `torch.nn.functional.multilabel_margin_loss`.
 *
 * @param input scores `[N, C]` or `[C]`
 * @param target int32 of the same shape: each sample's classes, then −1
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  expectSameShape('multilabelMarginLoss', input, target);
  const classes = input.shape.at(-1) ?? 0;
  return inFloat32(input, (input) => {
    const positions = arange(classes);
    const ends = target.lt(0);
    const length = where(ends.any(-1, { keepdim: true }), ends.argmax(-1, { keepdim: true }), classes);
    const listed = positions.lt(length);
    // [..., j, i]: whether entry j of the list is class i.
    const same = logicalAnd(target.unsqueeze(-1).eq(positions), listed.unsqueeze(-1));
    const isTarget = same.any(-2, { keepdim: true });
    const scores = input.gather(-1, where(listed, target, 0)).unsqueeze(-1);
    const missed = input.unsqueeze(-2).sub(scores).add(1).clamp({ min: 0 });
    const counted = logicalAnd(listed.unsqueeze(-1), logicalNot(isTarget));
    return reduce(
      where(counted, missed, 0)
        .sum([-2, -1])
        .mul(1 / classes),
      options.reduction,
    );
  });
}

export interface MultilabelSoftMarginLossOptions extends ReductionOptions {
  /** `[C]`: how much each class counts. */
  weight?: Tensor;
}

/**
 * The mean over the classes of the binary cross-entropy of sigmoid(input);
 * `torch.nn.functional.multilabel_soft_margin_loss`. Both `[N, C]` or `[C]`, targets 0 or 1.
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultilabelSoftMarginLossOptions = {},
): Tensor {
  const { weight, reduction } = options;
  expectSameShape('multilabelSoftMarginLoss', input, target);
  if (weight && weight.shape[0] !== input.shape.at(-1)) {
    throw new ShapeError('the class weights are not one for each class', {
      op: 'multilabelSoftMarginLoss',
      shapes: [weight.shape],
    });
  }
  return inFloat32(input, (input) => {
    const losses = input.mul(target.neg().add(1)).sub(logsigmoid(input));
    return reduce((weight ? losses.mul(weight) : losses).mean(-1), reduction);
  });
}
