import type { Tensor } from '@evenkeel/tensor';
import * as nn from '../../src/index.ts';
import type { Adapter } from './golden-case.ts';

// Options by PyTorch's names become ours by spelling alone; what is positional here is taken out by name.

type Options = { [option: string]: never };
type OneTensor = (input: Tensor, options: Options) => Tensor;

const structural = new Set(['training', 'layout', 'reduction_default']);

function camel(attrs: Record<string, unknown>, positional: readonly string[] = []): Options {
  const kept = Object.entries(attrs).filter(([name]) => !structural.has(name) && !positional.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value as never,
    ]),
  );
}

const elementwise =
  (fn: OneTensor): Adapter =>
  ({ input }, attrs) => ({ output: fn(input as Tensor, camel(attrs)) });

const alongDim =
  (fn: (input: Tensor, dim: number) => Tensor): Adapter =>
  ({ input }, { dim, layout }) => ({ output: fn(layout ? (input as Tensor).t() : (input as Tensor), dim as never) });

/** `new Layer(...positional, options)` on the tensors named `operands`; the rest of the inputs are options of the call. */
const layer =
  (
    Layer: new (...args: never[]) => nn.Module,
    positional: readonly string[],
    operands: readonly string[] = ['input'],
  ): Adapter =>
  (inputs, attrs, load) => {
    const options = camel(attrs, positional);
    const made = load(new Layer(...(positional.map((name) => attrs[name]) as never[]), options as never));
    const given = operands.map((name) => (attrs['layout'] ? (inputs[name] as Tensor).t() : inputs[name]));
    const masks = camel(Object.fromEntries(Object.entries(inputs).filter(([name]) => !operands.includes(name))));
    const result =
      Object.keys(masks).length > 0
        ? made.call(...(given as never[]), masks as never)
        : made.call(...(given as never[]));
    return { output: result as Tensor };
  };

const loss =
  (fn: (input: Tensor, target: Tensor, options: Options) => Tensor): Adapter =>
  ({ input, target, ...rest }, attrs) => ({
    output: fn(input as Tensor, target as Tensor, { ...camel(attrs), ...camel(rest) }),
  });

const attention: Adapter = (inputs, attrs, load, golden) => {
  const { query, key = query, value = key, attn_mask: attnMask, key_padding_mask: keyPaddingMask } = inputs;
  const { embed_dim: embedDim, num_heads: numHeads, need_weights, average_attn_weights, ...rest } = attrs;
  const made = load(new nn.MultiheadAttention(embedDim as never, numHeads as never, camel(rest)));
  const needWeights = !golden.call.includes('need_weights=False');
  const averageAttnWeights = !golden.call.includes('average_attn_weights=False');
  const options = { attnMask, keyPaddingMask, needWeights, averageAttnWeights };
  const [output, weights] = made.call(query as Tensor, key as Tensor, value as Tensor, options);
  return { output, ...(weights && { attn_weights: weights }) };
};

const encoderStack: Adapter = ({ src }, _attrs, load) => {
  const one = new nn.TransformerEncoderLayer(4, 2, {
    dimFeedforward: 5,
    dropout: 0,
    batchFirst: true,
    normFirst: true,
  });
  return { output: load(new nn.TransformerEncoder(one, 2, { norm: new nn.LayerNorm(4) })).call(src as Tensor) };
};

type AnyRunningNorm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d | nn.InstanceNorm1d | nn.InstanceNorm2d;

/** A norm with running statistics; the reference's program decides how often it is called, and in which mode. */
const running =
  (Norm: new (features: number, options: Options) => AnyRunningNorm): Adapter =>
  ({ input, x1, x2, x3 }, attrs, load, { params, call }) => {
    const made = new Norm(attrs['num_features'] as never, camel(attrs, ['num_features']));
    const module = Object.keys(params).length > 0 ? load(made) : made.train(attrs['training'] !== (false as never));
    const statistics = (): Record<string, Tensor> => ({
      ...(module.running_mean && { running_mean: module.running_mean.clone() }),
      ...(module.running_var && { running_var: module.running_var.clone() }),
      ...(module.num_batches_tracked && { num_batches_tracked: module.num_batches_tracked.clone() }),
    });
    if (!x1 || !x2 || !x3) return { output: module.call(input as Tensor), ...statistics() };
    if (!call.includes('m(x1)\nm(x2)\noutput = m(x3)')) throw new Error(`unknown program ${call}`);
    module.call(x1);
    module.call(x2);
    const output = module.call(x3);
    const after = statistics();
    return { output, ...after, output_eval: module.eval().call(x1) };
  };

const ofTwo =
  (fn: (x1: Tensor, x2: Tensor, options: Options) => Tensor): Adapter =>
  ({ x1, x2 }, attrs) => ({ output: fn(x1 as Tensor, x2 as Tensor, camel(attrs)) });

const ofTwoWithTarget =
  (fn: (input1: Tensor, input2: Tensor, target: Tensor, options: Options) => Tensor): Adapter =>
  ({ input1, input2, target }, attrs) => ({
    output: fn(input1 as Tensor, input2 as Tensor, target as Tensor, camel(attrs)),
  });

/** By the reference's op name. */
export const adapters: Record<string, Adapter> = {
  'nn.functional.relu': elementwise(nn.relu),
  'nn.functional.leaky_relu': elementwise(nn.leakyRelu),
  'nn.functional.elu': elementwise(nn.elu),
  'nn.functional.selu': elementwise(nn.selu),
  'nn.functional.celu': elementwise(nn.celu),
  'nn.functional.gelu': elementwise(nn.gelu),
  'nn.functional.silu': elementwise(nn.silu),
  'nn.functional.mish': elementwise(nn.mish),
  'nn.functional.softplus': elementwise(nn.softplus),
  'nn.functional.softsign': elementwise(nn.softsign),
  'nn.functional.hardtanh': elementwise(nn.hardtanh),
  'nn.functional.hardswish': elementwise(nn.hardswish),
  'nn.functional.hardsigmoid': elementwise(nn.hardsigmoid),
  'nn.functional.relu6': elementwise(nn.relu6),
  'nn.functional.logsigmoid': elementwise(nn.logsigmoid),
  'nn.functional.tanhshrink': elementwise(nn.tanhshrink),
  'nn.functional.softshrink': elementwise(nn.softshrink),
  'nn.functional.hardshrink': elementwise(nn.hardshrink),
  'torch.sigmoid': elementwise(nn.sigmoid),
  'torch.tanh': elementwise(nn.tanh),
  'nn.functional.softmax': alongDim(nn.softmax),
  'nn.functional.log_softmax': alongDim(nn.logSoftmax),
  'nn.functional.softmin': alongDim(nn.softmin),
  'nn.functional.glu': elementwise(nn.glu),
  'nn.functional.prelu': ({ input, weight }) => ({ output: nn.prelu(input as Tensor, weight as Tensor) }),
  'nn.GELU': layer(nn.GELU, []),
  'nn.SiLU': layer(nn.SiLU, []),
  'nn.Softmax': layer(nn.Softmax, ['dim']),
  'nn.Linear': layer(nn.Linear, ['in_features', 'out_features']),
  'nn.Bilinear': layer(nn.Bilinear, ['in1_features', 'in2_features', 'out_features'], ['input1', 'input2']),
  'nn.Embedding': ({ input }, attrs, load) => {
    const options = camel(attrs, ['num_embeddings', 'embedding_dim']);
    const made = load(new nn.Embedding(attrs['num_embeddings'] as never, attrs['embedding_dim'] as never, options));
    return { output: made.call(input as Tensor), weight_after: made.weight };
  },
  'nn.LayerNorm': layer(nn.LayerNorm, ['normalized_shape']),
  'nn.functional.layer_norm': ({ input }, attrs) => ({
    output: nn.layerNorm(input as Tensor, attrs['normalized_shape'] as never, { eps: attrs['eps'] }),
  }),
  'nn.MultiheadAttention': attention,
  'nn.functional.scaled_dot_product_attention': ({ query, key, value, attn_mask: attnMask }, attrs) => ({
    output: nn.scaledDotProductAttention(query as Tensor, key as Tensor, value as Tensor, {
      attnMask,
      ...camel(attrs),
    }),
  }),
  'nn.TransformerEncoderLayer': layer(nn.TransformerEncoderLayer, ['d_model', 'nhead'], ['src']),
  'nn.TransformerDecoderLayer': layer(nn.TransformerDecoderLayer, ['d_model', 'nhead'], ['tgt', 'memory']),
  'nn.Transformer': layer(nn.Transformer, [], ['src', 'tgt']),
  'nn.TransformerEncoder': encoderStack,
  'formula.positional_encoding': (_inputs, _attrs, _load, { call }) => {
    const [, length, dModel] = /positional_encoding\((\d+), (\d+)\)/.exec(call) ?? [];
    return { output: nn.positionalEncoding(Number(length), Number(dModel)) };
  },
  'nn.functional.cross_entropy': loss(nn.crossEntropy),
  'nn.functional.nll_loss': loss(nn.nllLoss),
  'nn.functional.mse_loss': loss(nn.mseLoss),
  'nn.CrossEntropyLoss': layer(nn.CrossEntropyLoss, [], ['input', 'target']),
  'nn.SmoothL1Loss': layer(nn.SmoothL1Loss, [], ['input', 'target']),
  'nn.functional.l1_loss': loss(nn.l1Loss),
  'nn.functional.smooth_l1_loss': loss(nn.smoothL1Loss),
  'nn.functional.huber_loss': loss(nn.huberLoss),
  'nn.functional.binary_cross_entropy': loss(nn.binaryCrossEntropy),
  'nn.functional.binary_cross_entropy_with_logits': loss(nn.binaryCrossEntropyWithLogits),
  'nn.functional.kl_div': loss(nn.klDiv),
  'nn.functional.hinge_embedding_loss': loss(nn.hingeEmbeddingLoss),
  'nn.functional.soft_margin_loss': loss(nn.softMarginLoss),
  'nn.functional.poisson_nll_loss': loss(nn.poissonNllLoss),
  'nn.functional.gaussian_nll_loss': ({ input, target, var: variance }, attrs) => ({
    output: nn.gaussianNllLoss(input as Tensor, target as Tensor, variance as Tensor, camel(attrs)),
  }),
  'nn.functional.margin_ranking_loss': ofTwoWithTarget(nn.marginRankingLoss),
  'nn.functional.cosine_embedding_loss': ofTwoWithTarget(nn.cosineEmbeddingLoss),
  'nn.functional.triplet_margin_loss': ({ anchor, positive, negative }, attrs) => ({
    output: nn.tripletMarginLoss(anchor as Tensor, positive as Tensor, negative as Tensor, camel(attrs)),
  }),
  'nn.functional.cosine_similarity': ofTwo(nn.cosineSimilarity),
  'nn.functional.pairwise_distance': ofTwo(nn.pairwiseDistance),
  'nn.BatchNorm1d': running(nn.BatchNorm1d),
  'nn.BatchNorm2d': running(nn.BatchNorm2d),
  'nn.BatchNorm3d': running(nn.BatchNorm3d),
  'nn.InstanceNorm1d': running(nn.InstanceNorm1d),
  'nn.InstanceNorm2d': running(nn.InstanceNorm2d),
  'nn.GroupNorm': layer(nn.GroupNorm, ['num_groups', 'num_channels']),
  'nn.LocalResponseNorm': layer(nn.LocalResponseNorm, ['size']),
  'nn.RMSNorm': ({ input, weight }, attrs) => ({
    output: nn.rmsNorm(input as Tensor, attrs['normalized_shape'] as never, { weight, eps: attrs['eps'] }),
  }),
  'nn.functional.normalize': elementwise(nn.normalize),
  'tutorial.LayerNormStd': ({ x, gamma, beta }, attrs) => ({
    output: nn.layerNormStd(x as Tensor, { weight: gamma, bias: beta, eps: attrs['eps'] }),
  }),
};
