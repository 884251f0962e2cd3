export { BERT, type BERTInputs, type BERTOptions } from './bert/bert.ts';
export { BERTForClassification } from './bert/bert-for-classification.ts';
export { BERTForMaskedTokens } from './bert/bert-for-masked-tokens.ts';
export {
  BERTForQuestionAnswering,
  type BestSpansOptions,
  bestSpans,
  type Span,
  type SpanLogits,
  spanLoss,
} from './bert/bert-for-question-answering.ts';
export { type MaskedTokens, type MaskTokensOptions, maskTokens } from './bert/mask-tokens.ts';
export type { GreedyOptions } from './decode-greedily.ts';
export { CartPole, type Environment, type Transition } from './dqn/cart-pole.ts';
export { DQNAgent, type DQNAgentOptions, type Episode, type Stepper } from './dqn/dqn-agent.ts';
export { type Experience, type ExperienceBatch, ReplayBuffer } from './dqn/replay-buffer.ts';
export { GPT, type GPTGenerateOptions, type GPTOptions } from './gpt.ts';
export { GCN, type GCNOptions, GraphConvolution } from './graph/gcn.ts';
export { denseGraph, type EdgeList, type Graph, normalizedGraph, propagate } from './graph/graph.ts';
export { ImageCaptioner, type ImageCaptionerOptions, type ImageEncoder } from './image-captioner.ts';
export { MLP, type MLPOptions } from './mlp.ts';
export { fromBERT } from './published/bert.ts';
export { fromGPT2, toGPT2 } from './published/gpt2.ts';
export { LSTMClassifier, type LSTMClassifierInputs, type LSTMClassifierOptions } from './recurrent/lstm-classifier.ts';
export {
  detachState,
  LSTMLanguageModel,
  type LSTMLanguageModelOptions,
  type LSTMState,
} from './recurrent/lstm-language-model.ts';
export type { SamplingOptions } from './sampling.ts';
export {
  type Seq2SeqGenerateOptions,
  type Seq2SeqInputs,
  Seq2SeqTransformer,
  type Seq2SeqTransformerOptions,
} from './seq2seq-transformer.ts';
export { VAE, type VAEOptions, type VAEOutput, vaeLoss } from './vae.ts';
export {
  DCGANDiscriminator,
  DCGANGenerator,
  type DCGANOptions,
  discriminatorLoss,
  generatorLoss,
} from './vision/dcgan.ts';
export { Inception, type InceptionChannels, SmallInception, type SmallInceptionOptions } from './vision/inception.ts';
export { LeNet, type LeNetOptions } from './vision/lenet.ts';
export { BasicBlock, Bottleneck, type ResidualBlockKind } from './vision/residual-block.ts';
export {
  ResNet,
  type ResNetArchitecture,
  type ResNetOptions,
  resnet18,
  resnet20,
  resnet34,
  resnet50,
} from './vision/resnet.ts';
export { ViT, type ViTOptions } from './vision/vit.ts';
