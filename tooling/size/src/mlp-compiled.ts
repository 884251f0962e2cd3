import { wasm } from '@evenkeel/backend-wasm';
import { crossEntropy, Linear, ReLU, Sequential } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { compile, manualSeed, type Tensor, tensor, useBackend } from '@evenkeel/tensor';

/** The same program with its step compiled: what a page loads that trains fast. */
useBackend(wasm());
manualSeed(0);
const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2));
const optimizer = new AdamW(model.parameters(), { lr: 3e-2 });
const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const xor = tensor([0, 1, 1, 0], { dtype: 'int32' });
const train = compile((input: Tensor, target: Tensor) => {
  optimizer.zeroGrad();
  const loss = crossEntropy(model.call(input), target);
  loss.backward();
  optimizer.step();
  return loss;
});
for (let step = 0; step < 200; step++) {
  const loss = train(x, xor);
  if (step % 50 === 0) console.log(step, await loss.item());
}
console.log(String(await model.call(x).argmax(1).data()));
