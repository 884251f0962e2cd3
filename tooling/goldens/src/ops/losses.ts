import * as nn from '@evenkeel/nn-layers';
import { layer } from '../program/modules.ts';
import { direct, type Operation, type OperationTable } from '../program/operation.ts';

/** Function and module of each loss: their positional inputs, and the options of both. */
const losses: [snake: string, camel: string, inputs: string, options: string, module: string][] = [
  [
    'cross_entropy',
    'crossEntropy',
    'input, target',
    'weight, ignore_index, reduction, label_smoothing',
    'CrossEntropyLoss',
  ],
  ['nll_loss', 'nllLoss', 'input, target', 'weight, ignore_index, reduction', 'NLLLoss'],
  ['mse_loss', 'mseLoss', 'input, target', 'reduction', 'MSELoss'],
  ['l1_loss', 'l1Loss', 'input, target', 'reduction', 'L1Loss'],
  ['smooth_l1_loss', 'smoothL1Loss', 'input, target', 'reduction, beta', 'SmoothL1Loss'],
  ['huber_loss', 'huberLoss', 'input, target', 'reduction, delta', 'HuberLoss'],
  ['binary_cross_entropy', 'binaryCrossEntropy', 'input, target', 'weight, reduction', 'BCELoss'],
  [
    'binary_cross_entropy_with_logits',
    'binaryCrossEntropyWithLogits',
    'input, target',
    'weight, reduction, pos_weight',
    'BCEWithLogitsLoss',
  ],
  ['kl_div', 'klDiv', 'input, target', 'reduction, log_target', 'KLDivLoss'],
  ['hinge_embedding_loss', 'hingeEmbeddingLoss', 'input, target', 'margin, reduction', 'HingeEmbeddingLoss'],
  ['margin_ranking_loss', 'marginRankingLoss', 'input1, input2, target', 'margin, reduction', 'MarginRankingLoss'],
  [
    'cosine_embedding_loss',
    'cosineEmbeddingLoss',
    'input1, input2, target',
    'margin, reduction',
    'CosineEmbeddingLoss',
  ],
  [
    'triplet_margin_loss',
    'tripletMarginLoss',
    'anchor, positive, negative',
    'margin, p, eps, swap, reduction',
    'TripletMarginLoss',
  ],
  ['soft_margin_loss', 'softMarginLoss', 'input, target', 'reduction', 'SoftMarginLoss'],
  ['multi_margin_loss', 'multiMarginLoss', 'input, target', 'p, margin, weight, reduction', 'MultiMarginLoss'],
  ['multilabel_margin_loss', 'multilabelMarginLoss', 'input, target', 'reduction', 'MultiLabelMarginLoss'],
  [
    'multilabel_soft_margin_loss',
    'multilabelSoftMarginLoss',
    'input, target',
    'weight, reduction',
    'MultiLabelSoftMarginLoss',
  ],
  ['gaussian_nll_loss', 'gaussianNllLoss', 'input, target, var', 'full, eps, reduction', 'GaussianNLLLoss'],
  ['poisson_nll_loss', 'poissonNllLoss', 'input, target', 'log_input, full, eps, reduction', 'PoissonNLLLoss'],
  [
    'ctc_loss',
    'ctcLoss',
    'log_probs, targets, input_lengths, target_lengths',
    'blank, reduction, zero_infinity',
    'CTCLoss',
  ],
];

const pairs = losses.flatMap(([snake, camel, inputs, options, module]): [string, Operation][] => [
  [`nn.functional.${snake}`, direct(nn, camel, `${inputs} | ${options}`)],
  [`nn.${module}`, layer(nn, module, `| ${options}`, inputs)],
]);

/** Losses and distances of `torch.nn`. */
export const lossOperations: OperationTable = {
  ...Object.fromEntries(pairs),
  'nn.functional.cosine_similarity': direct(nn, 'cosineSimilarity', 'x1, x2 | dim, eps'),
  'nn.functional.pairwise_distance': direct(nn, 'pairwiseDistance', 'x1, x2 | p, eps, keepdim'),
  'nn.CosineSimilarity': layer(nn, 'CosineSimilarity', '| dim, eps', 'x1, x2'),
  'nn.PairwiseDistance': layer(nn, 'PairwiseDistance', '| p, eps, keepdim', 'x1, x2'),
};
