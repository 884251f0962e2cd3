import type { Tensor } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';
import {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type KlDivOptions,
  klDiv,
} from './binary.ts';
import { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from './cross-entropy.ts';
import { type CtcLossOptions, ctcLoss, type Lengths } from './ctc.ts';
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

// Each is the function of the same name with its options kept; the functions say what they compute.

interface WeightOptions {
  weight?: Tensor;
  posWeight?: Tensor;
}

/** Keeps the options; the tensors among them are the buffers `weight` and `pos_weight`, as in PyTorch. */
abstract class Loss<Options extends object> extends Module {
  private readonly numbers: Omit<Options, keyof WeightOptions>;
  declare weight: Tensor | undefined;
  declare pos_weight: Tensor | undefined;

  constructor(options?: Options) {
    super();
    const { weight, posWeight, ...numbers } = (options ?? {}) as Options & WeightOptions;
    this.numbers = numbers;
    if (weight) this.registerBuffer('weight', weight);
    if (posWeight) this.registerBuffer('pos_weight', posWeight);
  }

  protected get options(): Options {
    return { ...this.numbers, weight: this.weight, posWeight: this.pos_weight } as unknown as Options;
  }
}

/** Cross-entropy of logits, see `crossEntropy`; `torch.nn.CrossEntropyLoss`. */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/** Negative log-likelihood of log-probabilities, see `nllLoss`; `torch.nn.NLLLoss`. */
export class NLLLoss extends Loss<NllLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options);
  }
}

/** Squared difference, see `mseLoss`; `torch.nn.MSELoss`. */
export class MSELoss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** Absolute difference, see `l1Loss`; `torch.nn.L1Loss`. */
export class L1Loss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** See `smoothL1Loss`; `torch.nn.SmoothL1Loss`. */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** See `huberLoss`; `torch.nn.HuberLoss`. */
export class HuberLoss extends Loss<HuberLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/** See `gaussianNllLoss`; `torch.nn.GaussianNLLLoss`. */
export class GaussianNLLLoss extends Loss<GaussianNllLossOptions> {
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** See `poissonNllLoss`; `torch.nn.PoissonNLLLoss`. */
export class PoissonNLLLoss extends Loss<PoissonNllLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Binary cross-entropy of probabilities, see `binaryCrossEntropy`; `torch.nn.BCELoss`. */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/** Binary cross-entropy of logits, see `binaryCrossEntropyWithLogits`; `torch.nn.BCEWithLogitsLoss`. */
export class BCEWithLogitsLoss extends Loss<BinaryCrossEntropyWithLogitsOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }
}

/** Kullback–Leibler divergence, see `klDiv`; `torch.nn.KLDivLoss`. */
export class KLDivLoss extends Loss<KlDivOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/** Connectionist temporal classification, see `ctcLoss`; `torch.nn.CTCLoss`. */
export class CTCLoss extends Loss<CtcLossOptions> {
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}

/** See `hingeEmbeddingLoss`; `torch.nn.HingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** See `marginRankingLoss`; `torch.nn.MarginRankingLoss`. */
export class MarginRankingLoss extends Loss<MarginOptions> {
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/** See `softMarginLoss`; `torch.nn.SoftMarginLoss`. */
export class SoftMarginLoss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** See `multiMarginLoss`; `torch.nn.MultiMarginLoss`. */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/** See `multilabelMarginLoss`; `torch.nn.MultiLabelMarginLoss`. */
export class MultiLabelMarginLoss extends Loss<ReductionOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/** See `multilabelSoftMarginLoss`; `torch.nn.MultiLabelSoftMarginLoss`. */
export class MultiLabelSoftMarginLoss extends Loss<MultilabelSoftMarginLossOptions> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, this.options);
  }
}

/** See `cosineEmbeddingLoss`; `torch.nn.CosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends Loss<CosineEmbeddingLossOptions> {
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** See `tripletMarginLoss`; `torch.nn.TripletMarginLoss`. */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** See `tripletMarginWithDistanceLoss`; `torch.nn.TripletMarginWithDistanceLoss`. */
export class TripletMarginWithDistanceLoss extends Loss<TripletMarginWithDistanceLossOptions> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}

/** See `cosineSimilarity`; `torch.nn.CosineSimilarity`. */
export class CosineSimilarity extends Loss<{ dim?: number; eps?: number }> {
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.options);
  }
}

/** See `pairwiseDistance`; `torch.nn.PairwiseDistance`. */
export class PairwiseDistance extends Loss<{ p?: number; eps?: number; keepdim?: boolean }> {
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
