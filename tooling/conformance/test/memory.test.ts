import { wasm } from '@evenkeel/backend-wasm';
import { DataLoader, type Dataset } from '@evenkeel/data';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import {
  bernoulli,
  manualSeed,
  memory,
  noGrad,
  Parameter,
  randn,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import { measureGrowth, type Turn } from '../src/checks/memory.ts';

const turns = 1000;

beforeAll(() => useBackend(wasm()));

interface Model {
  readonly parameters: Parameter[];
  forward(x: Tensor, training: boolean): Tensor;
}

/** Normalization, dropout, softmax: functions that make many tensors on the way. */
function model(): Model {
  manualSeed(1);
  const weight = (...shape: number[]) => new Parameter(randn(shape).mul(0.3));
  const [w1, b1, gain, w2] = [weight(6, 16), weight(16), weight(16), weight(16, 4)];
  return {
    parameters: [w1, b1, gain, w2],
    forward(x, training) {
      const h = x.matmul(w1).add(b1).relu();
      const centered = h.sub(h.mean(-1, { keepdim: true }));
      const scaled = centered.div(centered.square().mean(-1, { keepdim: true }).add(1e-5).sqrt()).mul(gain);
      const kept = training ? scaled.mul(bernoulli(0.9, scaled.shape)).div(0.9) : scaled;
      return kept.matmul(w2).logSoftmax(-1);
    },
  };
}

const features = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * 7.3));

const batch = (step: number) => ({
  x: tensor(features(step, 48), { shape: [8, 6] }),
  label: tensor(Int32Array.from({ length: 8 }, (_, i) => (i + step) % 4)),
});

const lossOf = (predicted: Tensor, label: Tensor) =>
  predicted
    .gather(1, label.reshape([-1, 1]))
    .mean()
    .neg();

function trainer({ parameters, forward }: Model) {
  const optimizer = new AdamW(parameters, { lr: 1e-3 });
  return ({ x, label }: ReturnType<typeof batch>): Tensor => {
    optimizer.zeroGrad();
    const loss = lossOf(forward(x, true), label);
    loss.backward();
    clipGradNorm(parameters, 1);
    optimizer.step();
    return loss;
  };
}

const dataset: Dataset<{ x: Float32Array; label: number }> = {
  length: 80,
  get: (index) => ({ x: features(index, 6), label: index % 4 }),
};

/** Batches without end, epoch after epoch. */
function* endless(): Generator<ReturnType<typeof batch>, never> {
  const loader = new DataLoader(dataset, { batchSize: 8, shuffle: true, seed: 3 });
  for (;;) yield* loader as Iterable<ReturnType<typeof batch>>;
}

const loops: Readonly<Record<string, () => Turn>> = {
  'training without awaiting anything'() {
    const train = trainer(model());
    return (step) => void train(batch(step));
  },
  'training and awaiting each loss'() {
    const train = trainer(model());
    return async (step) => void (await train(batch(step)).item());
  },
  'training from a loader without awaiting'() {
    const [train, batches] = [trainer(model()), endless()];
    return () => void train(batches.next().value);
  },
  'training from a loader and awaiting'() {
    const [train, batches] = [trainer(model()), endless()];
    return async () => void (await train(batches.next().value).item());
  },
  'training, with an evaluation in noGrad after each step'() {
    const own = model();
    const train = trainer(own);
    return async (step) => {
      train(batch(step));
      const right = noGrad(() =>
        own.forward(batch(step).x, false).argmax(1).eq(batch(step).label).to('float32').mean(),
      );
      await right.item();
    };
  },
  'training, with an evaluation outside noGrad after each step'() {
    const own = model();
    const train = trainer(own);
    return (step) => {
      train(batch(step));
      own.forward(batch(step).x, false);
    };
  },
  'evaluating in noGrad without awaiting'() {
    const { forward } = model();
    return (step) => noGrad(() => void forward(batch(step).x, false).argmax(1));
  },
  'evaluating in noGrad, awaiting inside'() {
    const { forward } = model();
    return (step) => noGrad(async () => void (await forward(batch(step).x, false).argmax(1).data()));
  },
  'evaluating from a loader, in noGrad, adding up on the device'() {
    const { forward } = model();
    const batches = endless();
    let hits = tensor(0);
    return () => {
      const { x, label } = batches.next().value;
      hits = noGrad(() => hits.add(forward(x, false).argmax(1).eq(label).to('float32').sum()));
    };
  },
  'evaluating from a loader outside noGrad, without awaiting'() {
    const { forward } = model();
    const batches = endless();
    return () => {
      const { x, label } = batches.next().value;
      lossOf(forward(x, false), label);
    };
  },
  'evaluating from a loader outside noGrad, awaiting'() {
    const { forward } = model();
    const batches = endless();
    return async () => {
      const { x, label } = batches.next().value;
      await lossOf(forward(x, false), label).item();
    };
  },
};

test.each(Object.entries(loops))(
  'neither bytes nor tensors grow between turns 200 and 1,000 of %s',
  async (_name, make) => {
    expect(await measureGrowth(make(), turns)).toBeUndefined();
  },
);

test('a loop that keeps what it makes is seen to grow', async () => {
  const kept: Tensor[] = [];
  const train = trainer(model());
  const growth = await measureGrowth((step) => {
    kept.push(train(batch(step)).keep());
  }, turns);
  expect(growth).toMatch(/tensors at turn 200/);
  expect(memory().tensors).toBeGreaterThan(kept.length);
  for (const tensor of kept) tensor.release();
});
