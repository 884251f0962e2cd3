import { kernel } from './kernels.mjs';
import { models } from './models.mjs';
import { trainer } from './training.mjs';

/** A workload as a function from a step's number to its outputs, as it is fastest in TensorFlow.js on wasm. */
export function makeStep(tf, name, { state, batches }, toTensor) {
  const makeModel = models[name];
  if (makeModel) return trainer(tf, makeModel(tf, state), batches);
  return kernel(tf, name, state, batches[0].map(toTensor));
}
