import type { NullBackend } from '@evenkeel/backend-null';
import { compile, type Tensor, useBackend } from '@evenkeel/tensor';
import { loadStart } from '../load-start.ts';
import { workloads } from '../workloads/index.ts';
import { makeBackend } from './backends.ts';
import type { Session } from './session.ts';
import type { Variant } from './variant.ts';

/**
 * One workload on Even Keel, in Node and in a worker of a page alike.
 *
 * @param start the file that `writeStart` wrote
 */
export async function evenKeelSession(name: string, start: Uint8Array, variant: Variant): Promise<Session> {
  const backend = await makeBackend(variant.backend, variant);
  useBackend(backend);
  const program = workloads.find((workload) => workload.name === name)!.build();
  const batches = loadStart(start, program);
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
}
