import type { Module } from '@evenkeel/nn-layers';
import { rand, randint, randn, type Tensor } from '@evenkeel/tensor';
import {
  BERT,
  BERTForClassification,
  BERTForMaskedTokens,
  BERTForQuestionAnswering,
  DCGANDiscriminator,
  DCGANGenerator,
  GCN,
  GPT,
  ImageCaptioner,
  LeNet,
  LSTMClassifier,
  LSTMLanguageModel,
  MLP,
  normalizedGraph,
  ResNet,
  Seq2SeqTransformer,
  SmallInception,
  VAE,
  ViT,
  vaeLoss,
} from '../../src/index.ts';

/** A small model, and what gives it random inputs and returns its output. */
export interface TinyModel {
  model: Module;
  run(): Tensor;
}

const ran = <Kind extends Module>(model: Kind, run: (model: Kind) => Tensor): TinyModel => ({
  model,
  run: () => run(model),
});
const bert = { maxLength: 8, dModel: 8, nhead: 2, numLayers: 1, dropout: 0.1 };
const transformer = { dModel: 8, nhead: 2, dimFeedforward: 16, dropout: 0.1 };
const vit = { imageSize: 8, patchSize: 4, inChannels: 1, dModel: 8, nhead: 2, numLayers: 1 };

/** A tiny configuration of every model, with dropout where there is some. */
export const tinyModels: Record<string, () => TinyModel> = {
  MLP: () => ran(new MLP(3, 2, { hidden: [4], norm: 'layer' }), (model) => model.call(randn([4, 3]))),
  LeNet: () => ran(new LeNet(3, { imageSize: 12, batchNorm: true }), (model) => model.call(randn([2, 1, 12, 12]))),
  'ResNet of basic blocks': () =>
    ran(new ResNet([1, 1, 1, 1], { width: 2, classes: 3 }), (model) => model.call(randn([4, 3, 32, 32]))),
  'ResNet of bottlenecks': () =>
    ran(new ResNet([1, 1, 1], { width: 2, classes: 3, block: 'bottleneck', stem: 'small' }), (model) =>
      model.call(randn([2, 3, 8, 8])),
    ),
  SmallInception: () => ran(new SmallInception(3, { width: 4 }), (model) => model.call(randn([2, 3, 6, 6]))),
  ViT: () => ran(new ViT(3, vit), (model) => model.features(randn([2, 1, 8, 8]))),
  ImageCaptioner: () =>
    ran(new ImageCaptioner(new ViT(1, vit), 5, { ...transformer, numLayers: 1 }), (model) =>
      model.call(randn([2, 1, 8, 8]), randint(0, 5, [2, 3])),
    ),
  LSTMClassifier: () =>
    ran(new LSTMClassifier(5, 3, { embeddingDim: 3, hiddenSize: 4, numLayers: 2, bidirectional: true }), (model) =>
      model.call(randint(0, 5, [2, 4]), { lengths: [4, 2] }),
    ),
  LSTMLanguageModel: () =>
    ran(
      new LSTMLanguageModel(5, { embeddingDim: 4, hiddenSize: 4, dropout: 0.1, tieWeights: true }),
      (model) => model.call(randint(0, 5, [2, 4]))[0],
    ),
  GPT: () =>
    ran(new GPT(5, { contextLength: 4, dModel: 8, nhead: 2, numLayers: 1, dropout: 0.1 }), (model) =>
      model.call(randint(0, 5, [2, 4])),
    ),
  BERT: () => ran(new BERT(5, bert), (model) => model.call(randint(0, 5, [2, 4]))),
  BERTForClassification: () => ran(new BERTForClassification(5, 3, bert), (model) => model.call(randint(0, 5, [2, 4]))),
  BERTForMaskedTokens: () => ran(new BERTForMaskedTokens(5, bert), (model) => model.call(randint(0, 5, [2, 4]))),
  BERTForQuestionAnswering: () =>
    ran(new BERTForQuestionAnswering(5, bert), (model) => {
      const { start, end } = model.call(randint(0, 5, [2, 4]));
      return start.mul(2).add(end);
    }),
  Seq2SeqTransformer: () =>
    ran(new Seq2SeqTransformer(5, 6, { ...transformer, numEncoderLayers: 1, numDecoderLayers: 1 }), (model) =>
      model.call(randint(0, 5, [2, 4]), randint(0, 6, [2, 3])),
    ),
  GCN: () =>
    ran(new GCN(3, 2, { hidden: [4] }), (model) =>
      model.call(
        randn([3, 3]),
        normalizedGraph(
          [
            [0, 1],
            [1, 2],
          ],
          3,
        ),
      ),
    ),
  VAE: () =>
    ran(new VAE(4, { hidden: [5], latent: 2 }), (model) => {
      const input = rand([3, 4]);
      return vaeLoss(model.call(input), input);
    }),
  DCGANGenerator: () =>
    ran(new DCGANGenerator(3, { imageSize: 8, channels: 1, width: 2 }), (model) => model.call(randn([2, 3]))),
  DCGANDiscriminator: () =>
    ran(new DCGANDiscriminator({ imageSize: 8, channels: 1, width: 2 }), (model) => model.call(randn([2, 1, 8, 8]))),
};
