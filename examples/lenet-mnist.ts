/**
 * LeNet with batch normalization on MNIST, to 98.8 % and more of the test images.
 *
 * EVENKEEL_DATA=… node --conditions=@evenkeel/source examples/lenet-mnist.ts [epochs = 4]
 */
import { join } from 'node:path';
import { wasm } from '@evenkeel/backend-wasm';
import { DataLoader } from '@evenkeel/data';
import { readImageFolder } from '@evenkeel/data/node';
import { LeNet } from '@evenkeel/models';
import { crossEntropy } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { oneCycleLR } from '@evenkeel/schedulers';
import { manualSeed, noGrad, type Tensor, useBackend } from '@evenkeel/tensor';

const epochs = Number(process.argv[2] ?? 4);
const { train, test } = readImageFolder(join(process.env['EVENKEEL_DATA'] ?? '.', 'mnist'));
useBackend(wasm());
manualSeed(0);
const model = new LeNet(10, { batchNorm: true });
const optimizer = new AdamW(model.parameters(), { weightDecay: 0.01 });
const loader = new DataLoader(train, { batchSize: 128, shuffle: true, seed: 0, dropLast: true });
const rate = oneCycleLR({ maxLr: 1e-2, totalSteps: epochs * loader.length });
const started = performance.now();

/** A channel for each image, and the brightness of ink and paper on both sides of 0. */
const prepared = (image: Tensor): Tensor => image.unsqueeze(1).sub(0.1307).div(0.3081);

let step = 0;
for (let epoch = 0; epoch < epochs; epoch++) {
  model.train();
  let last: Tensor | undefined;
  for (const { image, label } of loader.batches({ epoch })) {
    optimizer.zeroGrad();
    last = crossEntropy(model.call(prepared(image)), label);
    last.backward();
    for (const group of optimizer.paramGroups) group.lr = rate(step).lr;
    optimizer.step();
    step++;
  }
  const loss = await last?.item();
  model.eval();
  let right = 0;
  for (const { image, label } of new DataLoader(test, { batchSize: 500 })) {
    right += await noGrad(() => model.call(prepared(image)).argmax(1).eq(label).sum()).item();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `epoch ${epoch + 1}: loss ${loss?.toFixed(4)}, ${((100 * right) / test.length).toFixed(2)} % of the test images, ${seconds} s`,
  );
}
