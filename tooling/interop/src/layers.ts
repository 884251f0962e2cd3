import * as nn from '@evenkeel/nn-layers';
import { ones, type Tensor } from '@evenkeel/tensor';

/** A layer made as pytorch/layers.py makes PyTorch's of the same name, and how it is called. */
export interface LayerRow {
  make: () => nn.Module;
  /** Default: with the inputs as they are. One tensor, or several, nested as they like. */
  call?: (layer: never, ...inputs: Tensor[]) => unknown;
}

const encoderLayer = (options: nn.TransformerLayerOptions = {}): nn.TransformerEncoderLayer =>
  new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 10, ...options });
const decoderLayer = (): nn.TransformerDecoderLayer => new nn.TransformerDecoderLayer(8, 2, { dimFeedforward: 10 });

export const layers: Readonly<Record<string, LayerRow>> = {
  Linear: { make: () => new nn.Linear(5, 3) },
  'Linear without bias': { make: () => new nn.Linear(5, 3, { bias: false }) },
  'Linear in F16': { make: () => new nn.Linear(5, 3) },
  'Linear in BF16': { make: () => new nn.Linear(5, 3) },
  Bilinear: { make: () => new nn.Bilinear(3, 4, 2) },
  Embedding: { make: () => new nn.Embedding(7, 4) },
  EmbeddingBag: { make: () => new nn.EmbeddingBag(7, 4) },
  PReLU: { make: () => new nn.PReLU({ numParameters: 3 }) },
  LayerNorm: { make: () => new nn.LayerNorm([3, 4]) },
  RMSNorm: { make: () => new nn.RMSNorm(4, { eps: 1e-3 }) },
  GroupNorm: { make: () => new nn.GroupNorm(2, 4) },
  BatchNorm1d: { make: () => new nn.BatchNorm1d(4) },
  BatchNorm2d: { make: () => new nn.BatchNorm2d(3) },
  BatchNorm3d: { make: () => new nn.BatchNorm3d(2) },
  InstanceNorm1d: { make: () => new nn.InstanceNorm1d(3, { affine: true, trackRunningStats: true }) },
  InstanceNorm2d: { make: () => new nn.InstanceNorm2d(3, { affine: true }) },
  InstanceNorm3d: { make: () => new nn.InstanceNorm3d(2, { affine: true }) },
  Conv1d: { make: () => new nn.Conv1d(4, 6, 3, { stride: 2, padding: 2, dilation: 2, groups: 2 }) },
  Conv2d: { make: () => new nn.Conv2d(3, 4, [3, 2], { stride: [1, 2], padding: [1, 0] }) },
  'Conv2d reflecting': { make: () => new nn.Conv2d(2, 3, 3, { padding: 1, paddingMode: 'reflect' }) },
  Conv3d: { make: () => new nn.Conv3d(2, 3, 2, { padding: 1 }) },
  ConvTranspose1d: {
    make: () => new nn.ConvTranspose1d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  },
  ConvTranspose2d: { make: () => new nn.ConvTranspose2d(3, 2, 3, { stride: 2, dilation: 2 }) },
  ConvTranspose3d: { make: () => new nn.ConvTranspose3d(2, 2, 2, { stride: 2 }) },
  RNN: { make: () => new nn.RNN(3, 4, { numLayers: 2 }) },
  'RNN with ReLU': { make: () => new nn.RNN(3, 4, { nonlinearity: 'relu' }) },
  LSTM: { make: () => new nn.LSTM(3, 4, { numLayers: 2, bidirectional: true, batchFirst: true }) },
  'LSTM with projection': { make: () => new nn.LSTM(3, 4, { projSize: 2 }) },
  GRU: { make: () => new nn.GRU(3, 4, { bidirectional: true }) },
  RNNCell: { make: () => new nn.RNNCell(3, 4) },
  LSTMCell: {
    make: () => new nn.LSTMCell(3, 4),
    call: (layer: nn.LSTMCell, x, h, c) => layer.call(x!, [h!, c!]),
  },
  GRUCell: { make: () => new nn.GRUCell(3, 4) },
  MultiheadAttention: {
    make: () => new nn.MultiheadAttention(8, 2),
    call: (layer: nn.MultiheadAttention, x) => layer.call(x!, x!, x!),
  },
  'MultiheadAttention of other sizes': {
    make: () => new nn.MultiheadAttention(8, 2, { kdim: 5, vdim: 3, addBiasKv: true, batchFirst: true }),
    call: (layer: nn.MultiheadAttention, query, key, value, keyPaddingMask) =>
      layer.call(query!, key!, value!, { keyPaddingMask }),
  },
  TransformerEncoderLayer: { make: () => encoderLayer() },
  'TransformerEncoderLayer pre-LN': {
    make: () => encoderLayer({ normFirst: true, activation: 'gelu', batchFirst: true }),
  },
  TransformerEncoder: {
    make: () => new nn.TransformerEncoder(encoderLayer(), 2, { norm: new nn.LayerNorm(8) }),
    call: (layer: nn.TransformerEncoder, x, srcKeyPaddingMask) => layer.call(x!, { srcKeyPaddingMask }),
  },
  TransformerDecoderLayer: { make: decoderLayer },
  TransformerDecoder: { make: () => new nn.TransformerDecoder(decoderLayer(), 2) },
  Transformer: {
    make: () =>
      new nn.Transformer({ dModel: 8, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 10 }),
  },
  AdaptiveLogSoftmaxWithLoss: {
    make: () => new nn.AdaptiveLogSoftmaxWithLoss(8, 7, [2, 4], { divValue: 2 }),
    call: (layer: nn.AdaptiveLogSoftmaxWithLoss, x) => layer.logProb(x!),
  },
  CrossEntropyLoss: { make: () => new nn.CrossEntropyLoss({ weight: ones([3]) }) },
  BCEWithLogitsLoss: { make: () => new nn.BCEWithLogitsLoss({ weight: ones([2]), posWeight: ones([2]) }) },
  'weight norm': { make: () => nn.weightNorm(new nn.Linear(4, 3)) },
  'weight norm of PyTorch 2': { make: () => nn.parametrizations.weightNorm(new nn.Conv1d(2, 3, 2)) },
  'spectral norm': { make: () => nn.spectralNorm(new nn.Linear(4, 3)) },
  'spectral norm of PyTorch 2': { make: () => nn.parametrizations.spectralNorm(new nn.Conv1d(2, 3, 2)) },
};

/** What a layer gives for these inputs in evaluation mode, all tensors of it in order. */
export function outputsOf(name: string, layer: nn.Module, inputs: readonly Tensor[]): Tensor[] {
  const { call = (it: nn.Module, ...given: Tensor[]) => it.call(...(given as never[])) } = layers[name]!;
  const output = call(layer.eval() as never, ...inputs);
  return [output].flat(2).filter((each): each is Tensor => each !== undefined);
}
