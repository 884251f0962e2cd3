export { logSoftmax, Parameter, relu, sigmoid, softmax, tanh } from '@evenkeel/tensor';
export {
  type AdaptiveMaxPoolOptions,
  type AdaptiveSize,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './functional/adaptive-pooling.ts';
export { alphaDropout, featureAlphaDropout } from './functional/alpha-dropout.ts';
export {
  causalMask,
  type ScaledDotProductAttentionOptions,
  scaledDotProductAttention,
} from './functional/attention.ts';
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  lpPool1d,
  lpPool2d,
  lpPool3d,
} from './functional/average-pooling.ts';
export { type BatchNormOptions, batchNorm } from './functional/batch-norm.ts';
export { type ConvolutionOptions, conv1d, conv2d, conv3d } from './functional/convolution.ts';
export {
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  type StochasticDepthOptions,
  stochasticDepth,
} from './functional/dropout.ts';
export { type EmbeddingLookupOptions, embedding } from './functional/embedding.ts';
export { type EmbeddingBagLookupOptions, embeddingBag, type Offsets } from './functional/embedding-bag.ts';
export { affineGrid, type GridSampleOptions, gridSample } from './functional/grid-sampling.ts';
export {
  type GroupNormFunctionOptions,
  groupNorm,
  type InstanceNormFunctionOptions,
  instanceNorm,
  localResponseNorm,
} from './functional/group-norm.ts';
export { type InterpolateOptions, type InterpolationMode, interpolate } from './functional/interpolation.ts';
export { bilinear, linear } from './functional/linear.ts';
export { type MaxPooled, type MaxPoolOptions, maxPool1d, maxPool2d, maxPool3d } from './functional/max-pooling.ts';
export { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from './functional/max-unpooling.ts';
export {
  type LayerNormFunctionOptions,
  layerNorm,
  layerNormStd,
  normalize,
  rmsNorm,
} from './functional/normalization.ts';
export { hardshrink, hardsigmoid, hardswish, hardtanh, relu6, softshrink, threshold } from './functional/piecewise.ts';
export { positionalEncoding } from './functional/positions.ts';
export { celu, elu, leakyRelu, prelu, type RReLUOptions, rrelu, selu } from './functional/rectifiers.ts';
export { type RotaryLayout, rotaryAngles, rotaryEmbedding } from './functional/rotary.ts';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './functional/shuffling.ts';
export { gelu, logsigmoid, mish, silu, softplus, softsign, tanhshrink } from './functional/smooth.ts';
export { type GumbelSoftmaxOptions, glu, gumbelSoftmax, softmin } from './functional/softmax.ts';
export type { Spatial } from './functional/spatial.ts';
export {
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type TransposedConvolutionOptions,
} from './functional/transposed-convolution.ts';
export {
  type DrawOptions,
  type FanMode,
  init,
  type KaimingOptions,
  type Nonlinearity,
  type TruncatedNormalOptions,
  type XavierOptions,
} from './init/index.ts';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './layers/adaptive-pooling.ts';
export { AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d, LPPool3d } from './layers/average-pooling.ts';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormLayerOptions } from './layers/batch-norm.ts';
export { Bilinear, type BilinearOptions } from './layers/bilinear.ts';
export { Fold, Unfold } from './layers/blocks.ts';
export { Conv1d, Conv2d, Conv3d, type ConvolutionLayerOptions, type PaddingMode } from './layers/convolution.ts';
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  FeatureAlphaDropout,
  StochasticDepth,
} from './layers/dropout.ts';
export { Embedding, type EmbeddingOptions } from './layers/embedding.ts';
export { EmbeddingBag, type EmbeddingBagOptions } from './layers/embedding-bag.ts';
export {
  GroupNorm,
  type GroupNormOptions,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormOptions,
  LocalResponseNorm,
} from './layers/group-norm.ts';
export { Flatten, Identity, Unflatten } from './layers/identity.ts';
export { LayerNorm, type LayerNormOptions } from './layers/layer-norm.ts';
export { Linear, type LinearOptions } from './layers/linear.ts';
export { MaxPool1d, MaxPool2d, MaxPool3d } from './layers/max-pooling.ts';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './layers/max-unpooling.ts';
export {
  type AttentionInputs,
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from './layers/multihead-attention.ts';
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  type Sides,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './layers/padding.ts';
export { Hardshrink, Hardsigmoid, Hardswish, Hardtanh, ReLU6, Softshrink, Threshold } from './layers/piecewise.ts';
export { PositionalEncoding, type PositionalEncodingOptions } from './layers/positional-encoding.ts';
export { CELU, ELU, LeakyReLU, PReLU, ReLU, RReLU, SELU } from './layers/rectifiers.ts';
export { GRU, LSTM, RNN } from './layers/recurrent.ts';
export { GRUCell, LSTMCell, type RecurrentCellOptions, RNNCell } from './layers/recurrent-cells.ts';
export type { RecurrentInputs, RecurrentOptions } from './layers/recurrent-layer.ts';
export { RMSNorm, type RMSNormOptions } from './layers/rms-norm.ts';
export { RotaryEmbedding, type RotaryEmbeddingOptions } from './layers/rotary-embedding.ts';
export type { RunningNormOptions } from './layers/running-norm.ts';
export { GELU, LogSigmoid, Mish, Sigmoid, SiLU, Softplus, Softsign, Tanh, Tanhshrink } from './layers/smooth.ts';
export { GLU, LogSoftmax, Softmax, Softmax2d, Softmin } from './layers/softmax.ts';
export {
  generateSquareSubsequentMask,
  Transformer,
  type TransformerInputs,
  type TransformerOptions,
} from './layers/transformer.ts';
export type { TransformerActivation } from './layers/transformer-activation.ts';
export { type DecoderInputs, TransformerDecoder, TransformerDecoderLayer } from './layers/transformer-decoder.ts';
export {
  type EncoderInputs,
  type EncoderLayerInputs,
  type EncoderOptions,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './layers/transformer-encoder.ts';
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type TransposedConvolutionLayerOptions,
} from './layers/transposed-convolution.ts';
export { ChannelShuffle, PixelShuffle, PixelUnshuffle, Upsample } from './layers/upsample.ts';
export { type AdaptiveLogSoftmaxOptions, AdaptiveLogSoftmaxWithLoss } from './losses/adaptive-softmax.ts';
export * from './losses/binary.ts';
export * from './losses/binary-losses.ts';
export * from './losses/class-losses.ts';
export { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from './losses/cross-entropy.ts';
export { type CtcLossOptions, ctcLoss, type Lengths } from './losses/ctc.ts';
export * from './losses/distance-losses.ts';
export * from './losses/margin-losses.ts';
export * from './losses/margins.ts';
export type { Reduction, ReductionOptions } from './losses/reduction.ts';
export * from './losses/regression.ts';
export * from './losses/regression-losses.ts';
export * from './losses/similarity.ts';
export { ModuleDict, ModuleList, Sequential } from './module/containers.ts';
export {
  type ForwardHook,
  type ForwardPreHook,
  type HookHandle,
  Module,
  type TensorModule,
} from './module/module.ts';
export type { LoadResult, LoadStateDictOptions, StateDictLike } from './module/state-dict.ts';
export { parametrizations } from './reparametrization/index.ts';
export { removeSpectralNorm, type SpectralNormOptions, spectralNorm } from './reparametrization/spectral-norm.ts';
export { removeWeightNorm, type WeightNormOptions, weightNorm } from './reparametrization/weight-norm.ts';
