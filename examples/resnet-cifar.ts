/**
 * A ResNet-20 learns 500 photographs by heart: the check that a deep network with batch normalization trains at all.
 *
 * EVENKEEL_DATA=… node --conditions=@evenkeel/source examples/resnet-cifar.ts [most epochs = 60]
 */
import { join } from 'node:path';
import { wasm } from '@evenkeel/backend-wasm';
import { DataLoader, Subset } from '@evenkeel/data';
import { readCifar10 } from '@evenkeel/data/node';
import { resnet20 } from '@evenkeel/models';
import { crossEntropy } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { manualSeed, noGrad, type Tensor, useBackend } from '@evenkeel/tensor';

const epochs = Number(process.argv[2] ?? 60);
const photographs = readCifar10([join(process.env['EVENKEEL_DATA'] ?? '.', 'cifar10-subset/train_2000.bin.gz')]);
const dataset = new Subset(
  photographs,
  Array.from({ length: 500 }, (_, i) => i),
);
useBackend(wasm());
manualSeed(0);
const model = resnet20();
const optimizer = new AdamW(model.parameters(), { lr: 3e-3, weightDecay: 0 });
const loader = new DataLoader(dataset, { batchSize: 50, shuffle: true, seed: 0 });
const prepared = (image: Tensor): Tensor => image.sub(0.45).div(0.25);
const started = performance.now();

/** How many of the photographs the network names right, as it would in use. */
async function known(): Promise<number> {
  model.eval();
  let right = 0;
  for (const { image, label } of new DataLoader(dataset, { batchSize: 100 })) {
    right += await noGrad(() => model.call(prepared(image)).argmax(1).eq(label).sum()).item();
  }
  model.train();
  return right;
}

for (let epoch = 0, right = 0; epoch < epochs && right < dataset.length; epoch++) {
  for (const { image, label } of loader.batches({ epoch })) {
    optimizer.zeroGrad();
    crossEntropy(model.call(prepared(image)), label).backward();
    optimizer.step();
  }
  right = await known();
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`epoch ${epoch + 1}: ${right} of ${dataset.length} right, ${seconds} s`);
}
