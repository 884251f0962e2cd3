/**
 * A process that runs one workload with jax-js, written or tuned:
 * `main.mjs <workload> <file of the start> <folder of the installation> <written or tuned> <wasm or webgpu>`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '../../contenders/serve.ts';
import { gpuFor } from '../gpu.mjs';
import { readStart } from '../start.mjs';
import { kernel } from './kernels.mjs';
import { models } from './models.mjs';
import { trainer } from './training.mjs';

const [name, file, installation, style, device] = process.argv.slice(2);

await serve(async () => {
  const folder = join(installation, 'node_modules/@jax-js/jax');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const jax = await import(pathToFileURL(join(folder, 'dist/index.js')).href);
  const counts = await gpuFor(device);
  await jax.init(device);
  jax.defaultDevice(device);
  // It would use every core if it found this one, which Node does not have.
  if (typeof Worker !== 'undefined') throw new Error('jax-js is to run on one thread');
  const { layers } = await import(style === 'tuned' ? './tuned-layers.mjs' : './written-layers.mjs');
  const start = readStart(file);
  const toArray = ({ shape, data }) => {
    const dtype = data instanceof Int32Array ? jax.numpy.int32 : jax.numpy.float32;
    return jax.numpy.array(data, { shape, dtype });
  };
  const state = Object.fromEntries(Object.entries(start.state).map(([key, value]) => [key, toArray(value)]));
  const batches = start.batches.map((inputs) => inputs.map(toArray));
  const makeModel = models[name];
  const step = makeModel ? trainer(jax, makeModel(jax, layers), state, style) : kernel(jax, name, state, style, layers);

  let done = 0;
  let outputs = [];
  return {
    version: `jax-js ${version}, ${device}, compiled, ${style === 'examples' ? 'as its examples train' : `as ${style}`}`,
    async step() {
      for (const output of outputs) output.dispose();
      const made = step(...batches[done++ % batches.length]);
      outputs = made.outputs;
      // It computes nothing before somebody asks, and what is disposed of before that, never.
      await jax.blockUntilReady(made.awaited);
    },
    async read() {
      let sum = 0;
      for (const output of outputs) {
        const first = output.size === 1 ? output.ref : output.ref.ravel().slice([0, 1]);
        sum += (await first.data())[0];
      }
      return sum;
    },
    counts,
  };
});
