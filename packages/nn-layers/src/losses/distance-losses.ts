import type { Tensor } from '@evenkeel/tensor';
import { Loss } from './loss.ts';
import {
  type CosineEmbeddingLossOptions,
  cosineEmbeddingLoss,
  cosineSimilarity,
  pairwiseDistance,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from './similarity.ts';

/**
 * 1 − cos(input1, input2) where the target is 1, max(0, cos − margin) where it is −1; `torch.nn.CosineEmbeddingLoss`,
 * the function `cosineEmbeddingLoss`.
 *
 * Inputs `[N, D]` or `[D]`, target `[N]` or `[]`. Output: the mean (default), the sum, or with `reduction: 'none'` the
 * target's shape. `margin` is 0 by default.
 *
 * ```ts
 * const loss = new CosineEmbeddingLoss({ reduction: 'none' });
 * const [x1, x2] = [tensor([[1, 0], [1, 0]]), tensor([[0, 1], [0, 1]])]; // at right angles, the cosine is 0
 * console.log(await loss.call(x1, x2, tensor([1, -1])).tolist()); // prints [ 1, 0 ]
 * ```
 *
 * @throws ShapeError at the call when the shapes do not broadcast
 * @throws ConfigError at the call for an unknown reduction
 */
export class CosineEmbeddingLoss extends Loss<CosineEmbeddingLossOptions> {
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin), d the `PairwiseDistance`; `torch.nn.TripletMarginLoss`,
 * the function `tripletMarginLoss`. Balntas et al. 2016.
 *
 * All three `[N, D]` or `[D]`. Output: the mean (default), the sum, or with `reduction: 'none'` `[N]` or `[]`.
 * Defaults: `margin` 1, `p` 2, `eps` 1e-6, `swap` (the negative's distance to the positive counts where it is smaller)
 * false.
 *
 * ```ts
 * const loss = new TripletMarginLoss().call(tensor([0, 0]), tensor([3, 4]), tensor([0, 2]));
 * console.log((await loss.item()).toFixed(2)); // prints 4.00
 * ```
 *
 * @throws ShapeError at the call when the shapes do not broadcast
 * @throws ConfigError at the call for an unknown reduction
 */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin) for any distance d;
 * `torch.nn.TripletMarginWithDistanceLoss`, the function `tripletMarginWithDistanceLoss`.
 *
 * All three `[N, D]`, or what `distanceFunction` takes (default `pairwiseDistance`). Output: the mean (default), the
 * sum, or with `reduction: 'none'` the shape of the distances. Defaults: `margin` 1, `swap` false as in
 * `TripletMarginLoss`.
 *
 * ```ts
 * const distanceFunction = (x1: Tensor, x2: Tensor) => x1.sub(x2).abs().sum(-1);
 * const loss = new TripletMarginWithDistanceLoss({ distanceFunction });
 * console.log(await loss.call(tensor([0, 0]), tensor([3, 4]), tensor([0, 2])).item()); // prints 6
 * ```
 *
 * @throws ShapeError at the call when the shapes do not broadcast
 * @throws ConfigError at the call for an unknown reduction
 */
export class TripletMarginWithDistanceLoss extends Loss<TripletMarginWithDistanceLossOptions> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}

/**
 * x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)) along `dim`; `torch.nn.CosineSimilarity`, the function
 * `cosineSimilarity`.
 *
 * Shapes broadcast; the output is without `dim`. Defaults: `dim` 1, `eps` 1e-8.
 *
 * ```ts
 * const similarity = await new CosineSimilarity({ dim: 0 }).call(tensor([3, 4]), tensor([4, 3])).item();
 * console.log(similarity.toFixed(2)); // prints 0.96
 * ```
 *
 * @throws ShapeError at the call when the shapes do not broadcast
 */
export class CosineSimilarity extends Loss<{ dim?: number; eps?: number }> {
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.options);
  }
}

/**
 * ‖x1 − x2 + eps‖ₚ over the last dimension; `torch.nn.PairwiseDistance`, the function `pairwiseDistance`.
 *
 * `[N, D]` or `[D]` to `[N]` or `[]`, with `keepdim` to `[N, 1]` or `[1]`. Defaults: `p` 2, `eps` 1e-6, `keepdim`
 * false.
 *
 * ```ts
 * const distance = await new PairwiseDistance().call(tensor([0, 0]), tensor([3, 4])).item();
 * console.log(distance.toFixed(2)); // prints 5.00
 * ```
 *
 * @throws ShapeError at the call when the shapes do not broadcast
 */
export class PairwiseDistance extends Loss<{ p?: number; eps?: number; keepdim?: boolean }> {
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
