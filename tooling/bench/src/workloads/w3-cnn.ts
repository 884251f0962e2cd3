import { BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '@evenkeel/nn-layers';
import { Adam } from '@evenkeel/optimizers';
import { imageBatches } from './images.ts';
import { trainingStep } from './training-step.ts';
import type { Workload } from './workload.ts';

export const w3: Workload = {
  name: 'W3',
  title: 'CNN on 1×28×28, two of conv3×3-BN-ReLU-maxpool2 (16, 32), fc10, Adam, batch 64',
  suite: 'train',
  stepsPerRound: 10,
  batches: () => imageBatches([64, 1, 28, 28]),
  build() {
    const model = new Sequential(
      new Conv2d(1, 16, 3, { padding: 1 }),
      new BatchNorm2d(16),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(16, 32, 3, { padding: 1 }),
      new BatchNorm2d(32),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(32 * 7 * 7, 10),
    );
    return { model, step: trainingStep(model, new Adam(model.parameters())) };
  },
};
