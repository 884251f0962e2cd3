import { MLP } from '@evenkeel/models';
import { Adam } from '@evenkeel/optimizers';
import { imageBatches } from './images.ts';
import { trainingStep } from './training-step.ts';
import type { Workload } from './workload.ts';

export const w1: Workload = {
  name: 'W1',
  title: 'MLP 784-512-512-10, ReLU, Adam, batch 128',
  suite: 'train',
  stepsPerRound: 10,
  batches: () => imageBatches([128, 784]),
  build() {
    const model = new MLP(784, 10, { hidden: [512, 512] });
    return { model, step: trainingStep(model, new Adam(model.parameters())) };
  },
};
