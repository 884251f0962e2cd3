import { ShapeError } from '@evenkeel/errors';
import { inFloat32, scope, type Tensor, tensor, vectorNorm, where } from '@evenkeel/tensor';
import { type ReductionOptions, reduce } from './reduction.ts';

/**
 * x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)) along `dim`; `torch.nn.functional.cosine_similarity`. Shapes broadcast.
 *
 * @param options.dim default 1
 * @param options.eps default 1e-8
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: { dim?: number; eps?: number } = {}): Tensor {
  const { dim = 1, eps = 1e-8 } = options;
  return inFloat32(x1, (x1) => {
    const unit = (x: Tensor): Tensor => x.div(vectorNorm(x, 2, dim, { keepdim: true }).clamp({ min: eps }));
    return unit(x1).mul(unit(x2)).sum(dim);
  });
}

/**
 * ‖x1 − x2 + eps‖ₚ over the last dimension; `torch.nn.functional.pairwise_distance`.
 *
 * @param options.p default 2
 * @param options.eps default 1e-6
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  options: { p?: number; eps?: number; keepdim?: boolean } = {},
): Tensor {
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return inFloat32(x1, (x1) => vectorNorm(x1.sub(x2).add(eps), p, -1, { keepdim }));
}

/**
 * The distance of each two rows, (0, 1), (0, 2), …, (N − 2, N − 1); `torch.nn.functional.pdist`.
 *
 * @param input `[N, D]`
 * @param p of the norm (default 2)
 * @returns `[N · (N − 1) / 2]`
 */
export function pdist(input: Tensor, p = 2): Tensor {
  if (input.ndim !== 2) {
    throw new ShapeError('pdist takes rows', { op: 'pdist', got: `[${input.shape.join(', ')}]`, expected: '[N, D]' });
  }
  const count = input.shape[0] as number;
  const pairs = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count - 1 - i }, (_, j) => [i, i + 1 + j]),
  );
  return scope(() => {
    const rows = (which: 0 | 1): Tensor =>
      input.indexSelect(0, tensor(Int32Array.from(pairs.flat(), (pair) => pair[which] as number)));
    return vectorNorm(rows(0).sub(rows(1)), p, -1);
  });
}

export interface CosineEmbeddingLossOptions extends ReductionOptions {
  /** Similarities below it cost nothing where the target is −1 (default 0). */
  margin?: number;
}

/**
 * 1 − cos(input1, input2) where the target is 1, max(0, cos − margin) where it is −1;
 * `torch.nn.functional.cosine_embedding_loss`.
 *
 * @param input1 `[N, D]` or `[D]`, like `input2`
 * @param target `[N]` or `[]`
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: CosineEmbeddingLossOptions = {},
): Tensor {
  const { margin = 0, reduction } = options;
  return inFloat32(input1, (input1) => {
    // PyTorch's eps of this loss, which stands elsewhere than in cosineSimilarity.
    const square = (x: Tensor): Tensor => x.square().sum(-1).add(1e-12);
    const cosine = input1
      .mul(input2)
      .sum(-1)
      .div(square(input1).mul(square(input2)).sqrt());
    const apart = cosine.sub(margin).clamp({ min: 0 });
    const together = cosine.neg().add(1);
    return reduce(where(target.eq(1), together, where(target.eq(-1), apart, 0)), reduction);
  });
}

export interface TripletMarginWithDistanceLossOptions extends ReductionOptions {
  /** From two tensors `[N, D]` to distances `[N]` (default `pairwiseDistance`). */
  distanceFunction?: (x1: Tensor, x2: Tensor) => Tensor;
  /** How much farther the negative has to be (default 1). */
  margin?: number;
  /** Takes the negative's distance to the positive where that is smaller (default false). */
  swap?: boolean;
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin) for any distance d;
 * `torch.nn.functional.triplet_margin_with_distance_loss`.
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceLossOptions = {},
): Tensor {
  const { distanceFunction: distance = pairwiseDistance, margin = 1, swap = false, reduction } = options;
  return scope(() => {
    const away = swap ? distance(anchor, negative).minimum(distance(positive, negative)) : distance(anchor, negative);
    return reduce(distance(anchor, positive).sub(away).add(margin).clamp({ min: 0 }), reduction);
  });
}

export interface TripletMarginLossOptions extends ReductionOptions {
  /** How much farther the negative has to be (default 1). */
  margin?: number;
  /** The p of the distance (default 2). */
  p?: number;
  /** Added to each difference (default 1e-6). */
  eps?: number;
  /** Takes the negative's distance to the positive where that is smaller (default false). */
  swap?: boolean;
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin); `torch.nn.functional.triplet_margin_loss`.
 * Balntas et al. 2016. All three `[N, D]` or `[D]`.
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  const { p = 2, eps = 1e-6, margin, swap, reduction } = options;
  const distanceFunction = (x1: Tensor, x2: Tensor): Tensor => pairwiseDistance(x1, x2, { p, eps });
  return tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
}
