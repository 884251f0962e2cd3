/** A process that runs one workload with Even Keel: `even-keel.ts <workload> <file of the start> <variant as JSON>`. */
import type { NullBackend } from '@evenkeel/backend-null';
import { compile, type Tensor, useBackend } from '@evenkeel/tensor';
import { readStart } from '../start-file.ts';
import { workloads } from '../workloads/index.ts';
import { makeBackend } from './backends.ts';
import { type Session, serve } from './serve.ts';
import type { Variant } from './variant.ts';

const [name, file, options] = process.argv.slice(2) as [string, string, string];

await serve(async (): Promise<Session> => {
  const variant: Variant = JSON.parse(options);
  const backend = await makeBackend(variant.backend, variant);
  useBackend(backend);
  const program = workloads.find((workload) => workload.name === name)!.build();
  const batches = readStart(file, program);
  const step = variant.eager ? program.step : compile(program.step);
  let done = 0;

  async function run(steps: number): Promise<number> {
    let outputs: Tensor[] = [];
    for (let i = 0; i < steps; i++) {
      for (const output of outputs) output.release();
      const result = step(...batches[done++ % batches.length]!);
      outputs = Array.isArray(result) ? result : [result];
    }
    let sum = 0;
    for (const output of outputs) {
      sum += await output.flatten().narrow(0, 0, 1).item();
      output.release();
    }
    return sum;
  }

  const version = `Even Keel, ${variant.backend}, ${variant.eager ? 'eager' : 'compiled'}, ${variant.threads} threads`;
  if (!('counters' in backend)) return { version, run };
  return { version, run, kernels: () => (backend as NullBackend).counters.kernels };
});
