/**
 * House prices in California from the 1990 census: a small network against the best linear model, on a held-out fifth. The
 * linear model is exact (the normal equations); what the network gains is what is not linear.
 *
 * EVENKEEL_DATA=… node --conditions=@evenkeel/source examples/california-housing.ts [steps = 6000]
 */
import { join } from 'node:path';
import { wasm } from '@evenkeel/backend-wasm';
import { ArrayDataset, DataLoader, HostGenerator, StandardScaler } from '@evenkeel/data';
import { TableEncoder } from '@evenkeel/data/csv';
import { readCsv } from '@evenkeel/data/node';
import { MLP } from '@evenkeel/models';
import { mseLoss } from '@evenkeel/nn-layers';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { warmupCosine } from '@evenkeel/schedulers';
import { manualSeed, noGrad, type Tensor, tensor, useBackend } from '@evenkeel/tensor';

const steps = Number(process.argv[2] ?? 6000);
const table = readCsv(join(process.env['EVENKEEL_DATA'] ?? '.', 'tabular/california_housing.csv'));
const order = new HostGenerator(1).permutation(table.length);
const cut = Math.floor(table.length * 0.8);
const [train, test] = [table.take(order.subarray(0, cut)), table.take(order.subarray(cut))];

const measured = table.names.filter((name) => name !== 'median_house_value' && name !== 'ocean_proximity');
const encoder = new TableEncoder({
  ...Object.fromEntries(measured.map((name) => [name, { as: 'number', missing: 'mean' } as const])),
  ocean_proximity: 'one-hot',
}).fit(train);
// Means, categories and scales come from the training rows alone.
const scaler = new StandardScaler().fit(encoder.transform(train));
const [x, testX] = [scaler.transform(encoder.transform(train)), scaler.transform(encoder.transform(test))];
const unit = 100_000;
const prices = (part: typeof table) => Float32Array.from(part.numbers('median_house_value'), (price) => price / unit);
const [y, testY] = [prices(train), prices(test)];
const features = x.shape[1] as number;

const linear = rmse(predictLinear(fitLinear(x.data, y), testX.data), testY);

useBackend(wasm());
manualSeed(0);
const model = new MLP(features, 1, { hidden: [128, 128, 128], norm: 'layer', activation: 'gelu' });
const optimizer = new AdamW(model.parameters(), { lr: 2e-3, weightDecay: 0.01 });
const rate = warmupCosine({ lr: 2e-3, warmup: 100, total: steps });
const loader = new DataLoader(new ArrayDataset({ x, y: { data: y, shape: [y.length, 1] } }), {
  batchSize: 256,
  shuffle: true,
  seed: 1,
  dropLast: true,
});
const started = performance.now();
for (let step = 0, epoch = 0; step < steps; epoch++) {
  for (const batch of loader.batches({ epoch })) {
    if (step === steps) break;
    optimizer.zeroGrad();
    mseLoss(model.call(batch.x as Tensor), batch.y as Tensor).backward();
    clipGradNorm(model.parameters(), 1);
    for (const group of optimizer.paramGroups) group.lr = rate(step).lr;
    optimizer.step();
    step++;
  }
}
model.eval();
const predicted = await noGrad(() => model.call(tensor(testX.data, { shape: testX.shape }))).data();
const network = rmse(predicted, testY);
const gain = 1 - network / linear;
console.log(`linear model: ${Math.round(linear * unit)} dollars RMSE on ${testY.length} held-out districts`);
console.log(`network:      ${Math.round(network * unit)} dollars, ${(100 * gain).toFixed(1)} % less`);
console.log(`${steps} steps in ${((performance.now() - started) / 1000).toFixed(1)} s`);

function rmse(predicted: ArrayLike<number>, actual: Float32Array): number {
  const squares = actual.reduce((sum, value, i) => sum + (value - (predicted[i] as number)) ** 2, 0);
  return Math.sqrt(squares / actual.length);
}

/** Least squares with an intercept: (XᵀX + ε) w = Xᵀy, by elimination. One-hot columns add up to 1, hence the ε. */
function fitLinear(rows: ArrayLike<number>, targets: Float32Array): number[] {
  const size = features + 1;
  const system = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
  targets.forEach((target, row) => {
    const values = withIntercept(rows, row);
    values.forEach((a, i) => {
      const equation = system[i] as number[];
      values.forEach((b, j) => {
        equation[j] = (equation[j] as number) + a * b;
      });
      equation[size] = (equation[size] as number) + a * target;
    });
  });
  system.forEach((equation, i) => {
    equation[i] = (equation[i] as number) + 1e-6;
  });
  for (let i = 0; i < size; i++) {
    const pivot = system[i] as number[];
    for (const equation of system) {
      if (equation === pivot) continue;
      const factor = (equation[i] as number) / (pivot[i] as number);
      for (let j = i; j <= size; j++) equation[j] = (equation[j] as number) - factor * (pivot[j] as number);
    }
  }
  return system.map((equation, i) => (equation[size] as number) / (equation[i] as number));
}

function predictLinear(weights: readonly number[], rows: ArrayLike<number>): number[] {
  return Array.from({ length: rows.length / features }, (_, row) =>
    withIntercept(rows, row).reduce((sum, value, i) => sum + value * (weights[i] as number), 0),
  );
}

function withIntercept(rows: ArrayLike<number>, row: number): number[] {
  return [...Array.from({ length: features }, (_, i) => rows[row * features + i] as number), 1];
}
