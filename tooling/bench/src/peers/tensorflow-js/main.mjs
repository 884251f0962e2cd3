/** A process that runs one workload with TensorFlow.js: `main.mjs <workload> <file of the start> <folder of the installation>`. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from '../../contenders/serve.ts';
import { readStart } from '../start.mjs';
import { kernel } from './kernels.mjs';
import { models } from './models.mjs';
import { trainer } from './training.mjs';

const [name, file, installation] = process.argv.slice(2);

await serve(async () => {
  const load = createRequire(join(installation, 'package.json'));
  const tf = load('@tensorflow/tfjs');
  load('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  const { state, batches } = readStart(file);
  const toTensor = ({ shape, data }) => tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
  const makeModel = models[name];
  const step = makeModel
    ? trainer(tf, makeModel(tf, state), batches)
    : kernel(tf, name, state, batches[0].map(toTensor));

  let done = 0;
  async function run(steps) {
    let outputs = [];
    for (let i = 0; i < steps; i++) {
      tf.dispose(outputs);
      outputs = step(done++);
    }
    let sum = 0;
    for (const output of outputs) sum += (await tf.tidy(() => tf.slice(tf.reshape(output, [-1]), 0, 1)).data())[0];
    tf.dispose(outputs);
    return sum;
  }
  return { version: `TensorFlow.js ${tf.version_core}, wasm with SIMD`, run };
});
