/**
 * A process that runs one workload with TensorFlow.js, written or tuned:
 * `main.mjs <workload> <file of the start> <folder of the installation> <written or tuned>`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from '../../contenders/serve.ts';
import { readStart } from '../start.mjs';

const [name, file, installation, style] = process.argv.slice(2);

await serve(async () => {
  const load = createRequire(join(installation, 'package.json'));
  const tf = load('@tensorflow/tfjs');
  load('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  const { makeStep } = await import(`./${style}/make-step.mjs`);
  const toTensor = ({ shape, data }) => tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
  const step = makeStep(tf, name, readStart(file), toTensor);

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
  return { version: `TensorFlow.js ${tf.version_core}, wasm with SIMD, as ${style}`, run };
});
