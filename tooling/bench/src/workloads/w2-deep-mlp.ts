import { BatchNorm1d, LayerNorm, Linear, ReLU, Sequential, type TensorModule } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { imageBatches } from './images.ts';
import { trainingStep } from './training-step.ts';
import type { Workload } from './workload.ts';

export const w2 = deepMLP('W2', 'LayerNorm', () => new LayerNorm(256));
export const w2b = deepMLP('W2b', 'BatchNorm', () => new BatchNorm1d(256));

function deepMLP(name: string, norm: string, makeNorm: () => TensorModule): Workload {
  return {
    name,
    title: `MLP 784-256×6-10, ${norm}, ReLU, AdamW, clip 1.0, batch 128`,
    suite: 'train',
    stepsPerRound: 10,
    batches: () => imageBatches([128, 784]),
    build() {
      const layers: TensorModule[] = [];
      for (let layer = 0; layer < 6; layer++) {
        layers.push(new Linear(layer === 0 ? 784 : 256, 256), makeNorm(), new ReLU());
      }
      const model = new Sequential(...layers, new Linear(256, 10));
      return { model, step: trainingStep(model, new AdamW(model.parameters()), { maxNorm: 1 }) };
    },
  };
}
