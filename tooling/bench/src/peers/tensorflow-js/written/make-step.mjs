import { kernel } from './kernels.mjs';
import { registerMissingKernels } from './missing-kernels.mjs';
import { models } from './models.mjs';
import { trainer } from './training.mjs';

/** A workload as a function from a step's number to its outputs, as TensorFlow.js's documentation writes it. */
export function makeStep(tf, name, { state, batches }, toTensor) {
  registerMissingKernels(tf);
  const makeModel = models[name];
  if (makeModel) return trainer(tf, makeModel(tf, state), batches, toTensor);
  return kernel(tf, name, state, batches[0].map(toTensor));
}
