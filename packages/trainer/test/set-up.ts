import { ArrayDataset, DataLoader, HostGenerator } from '@evenkeel/data';
import { Dropout, Linear, mseLoss, ReLU, Sequential } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { warmupCosine } from '@evenkeel/schedulers';
import { manualSeed, type Tensor } from '@evenkeel/tensor';
import { type Checkpoint, meanLoss, type TrainEvent, type TrainOptions } from '../src/index.ts';

export type Batch = { x: Tensor; y: Tensor };

/** 20 points of y = x0 - 2 x1. */
export function points(seed = 1) {
  const generator = new HostGenerator(seed);
  const x = Float32Array.from({ length: 40 }, () => generator.below(1000) / 500 - 1);
  const y = Float32Array.from({ length: 20 }, (_, row) => x[2 * row]! - 2 * x[2 * row + 1]!);
  return new ArrayDataset({ x: { data: x, shape: [20, 2] }, y: { data: y, shape: [20, 1] } });
}

/** A small run with everything that has state: dropout, moments, schedule, order, selection. */
export function setUp(overrides: Partial<TrainOptions<Batch>> = {}) {
  manualSeed(7);
  const model = new Sequential(new Linear(2, 8), new ReLU(), new Dropout(0.2), new Linear(8, 1));
  const optimizer = new AdamW(model.parameters(), { lr: 0.05 });
  const loss = ({ x, y }: Batch) => mseLoss(model.call(x), y);
  const validation = new DataLoader(points(2), { batchSize: 20 });
  const events: TrainEvent[] = [];
  const saved: Checkpoint[] = [];
  const options: TrainOptions<Batch> = {
    model,
    optimizer,
    data: new DataLoader(points(), { batchSize: 6, shuffle: true, seed: 3 }),
    loss,
    steps: 10,
    schedule: warmupCosine({ lr: 0.05, warmup: 2, total: 10 }),
    clip: 0.5,
    validation: { every: 3, evaluate: () => meanLoss(validation, loss) },
    earlyStopping: { patience: Number.POSITIVE_INFINITY },
    checkpoints: { every: 1, store: { save: async (checkpoint) => void saved.push(structuredClone(checkpoint)) } },
    onEvent: (event) => void events.push(event),
    ...overrides,
  };
  return { model, optimizer, loss, options, events, saved };
}

export const weights = (model: Sequential) => Promise.all(model.parameters().map((parameter) => parameter.tolist()));
export const steps = (events: TrainEvent[]) => events.filter((event) => event.type === 'step');
