import { GPT } from '@evenkeel/models';
import { AdamW } from '@evenkeel/optimizers';
import { randint } from '@evenkeel/tensor';
import { trainingStep } from './training-step.ts';
import type { Workload } from './workload.ts';

const vocabulary = 65;
const contextLength = 64;
const batchSize = 16;

export const w4: Workload = {
  name: 'W4',
  title: 'GPT, 4 layers, 4 heads, d 128, context 64, vocabulary 65, AdamW, clip 1.0, batch 16',
  suite: 'train',
  stepsPerRound: 10,
  batches: () =>
    Array.from({ length: 4 }, () => [
      randint(0, vocabulary, [batchSize, contextLength]),
      randint(0, vocabulary, [batchSize, contextLength]),
    ]),
  build() {
    const sizes = { contextLength, dModel: 128, nhead: 4, numLayers: 4 };
    const model = new GPT(vocabulary, { ...sizes, dropout: 0, tieWeights: false });
    return { model, step: trainingStep(model, new AdamW(model.parameters()), { maxNorm: 1 }) };
  },
};
