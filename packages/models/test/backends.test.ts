import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import type { Module } from '@evenkeel/nn-layers';
import { type Backend, manualSeed, rand, randint, randn, type Tensor, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import {
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
} from '../src/index.ts';

/** A small model and what it made of a random input. */
interface Program {
  model: Module;
  output: Tensor;
}

const ran = <Kind extends Module>(model: Kind, run: (model: Kind) => Tensor): Program => ({
  model,
  output: run(model),
});
const bert = { maxLength: 8, dModel: 8, nhead: 2, numLayers: 1, dropout: 0 };
const transformer = { dModel: 8, nhead: 2, dimFeedforward: 16, dropout: 0 };
const vit = { imageSize: 8, patchSize: 4, inChannels: 1, dModel: 8, nhead: 2, numLayers: 1 };

const programs: Record<string, () => Program> = {
  MLP: () => ran(new MLP(3, 2, { hidden: [4], norm: 'layer' }), (model) => model.call(randn([4, 3]))),
  LeNet: () => ran(new LeNet(3, { imageSize: 12, batchNorm: true }), (model) => model.call(randn([2, 1, 12, 12]))),
  'ResNet of basic blocks': () =>
    ran(new ResNet([1, 1, 1, 1], { width: 2, classes: 3 }), (model) => model.call(randn([2, 3, 32, 32]))),
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
      new LSTMLanguageModel(5, { embeddingDim: 4, hiddenSize: 4, dropout: 0, tieWeights: true }),
      (model) => model.call(randint(0, 5, [2, 4]))[0],
    ),
  GPT: () =>
    ran(new GPT(5, { contextLength: 4, dModel: 8, nhead: 2, numLayers: 1, dropout: 0 }), (model) =>
      model.call(randint(0, 5, [2, 4])),
    ),
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

async function outcome(
  backend: Backend,
  make: () => Program,
): Promise<{ output: number[]; grads: [string, number[]][] }> {
  useBackend(backend);
  manualSeed(7);
  const { model, output } = make();
  // Weights that differ, so that norms do not cancel the gradient of a plain sum.
  output.mul(rand(output.shape)).sum().backward();
  const grads: [string, number[]][] = [];
  for (const [name, { grad }] of model.namedParameters()) if (grad) grads.push([name, [...(await grad.data())]]);
  return { output: [...(await output.data())], grads };
}

test.each(Object.entries(programs))('%s computes the same on wasm as on the oracle, backwards too', async (_, make) => {
  const [expected, got] = [await outcome(cpu(), make), await outcome(wasm(), make)];
  expect(got.grads.map(([name]) => name)).toEqual(expected.grads.map(([name]) => name));
  expect(expected.grads.length).toBeGreaterThan(1);
  const compare = (what: string, values: number[], wanted: number[]): void => {
    const size = Math.max(1, ...wanted.map(Math.abs));
    // Rounding of float32 through a few normalized layers.
    for (const [at, value] of values.entries())
      expect(Math.abs(value - Number(wanted[at])), what).toBeLessThan(1e-3 * size);
  };
  compare('output', got.output, expected.output);
  for (const [index, [name, values]] of got.grads.entries()) compare(name, values, expected.grads[index]?.[1] ?? []);
});
