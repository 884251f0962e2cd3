/**
 * A process that runs one workload with TensorFlow.js, written or tuned:
 * `main.mjs <workload> <file of the start> <folder of the installation> <written or tuned> <wasm or webgpu>`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from '../../contenders/serve.ts';
import { gpuFor } from '../gpu.mjs';
import { readStart } from '../start.mjs';

const [name, file, installation, style, device] = process.argv.slice(2);

await serve(async () => {
  const load = createRequire(join(installation, 'package.json'));
  const tf = load('@tensorflow/tfjs');
  const counts = await gpuFor(device);
  load(`@tensorflow/tfjs-backend-${device}`);
  await tf.setBackend(device);
  const { makeStep } = await import(`./${style}/make-step.mjs`);
  const toTensor = ({ shape, data }) => tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
  const step = makeStep(tf, name, readStart(file), toTensor);

  let done = 0;
  let outputs = [];
  const on = device === 'wasm' ? 'wasm with SIMD' : device;
  return {
    version: `TensorFlow.js ${tf.version_core}, ${on}, as ${style}`,
    step() {
      tf.dispose(outputs);
      outputs = step(done++);
    },
    async read() {
      let sum = 0;
      for (const output of outputs) {
        const first = output.size === 1 ? output : tf.tidy(() => tf.slice(tf.reshape(output, [-1]), 0, 1));
        sum += (await first.data())[0];
      }
      return sum;
    },
    counts,
  };
});
