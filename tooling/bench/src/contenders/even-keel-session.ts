import type { Backend } from '@evenkeel/backend';
import type { NullBackend } from '@evenkeel/backend-null';
import { compile, scope, type Tensor, useBackend } from '@evenkeel/tensor';
import { countBindings } from '../counting/count-bindings.ts';
import { countGpu } from '../counting/count-gpu.ts';
import { loadStart } from '../load-start.ts';
import { workloads } from '../workloads/index.ts';
import { makeBackend } from './backends.ts';
import type { Counts, Session } from './session.ts';
import type { Variant } from './variant.ts';

/**
 * One workload on Even Keel, in Node and in a worker of a page alike.
 *
 * @param start the file that `writeStart` wrote
 */
export async function evenKeelSession(name: string, start: Uint8Array, variant: Variant): Promise<Session> {
  const backend = await makeBackend(variant.backend, variant);
  const counts = counting(backend);
  useBackend(backend);
  const program = workloads.find((workload) => workload.name === name)!.build();
  const batches = loadStart(start, program);
  const step = variant.eager ? program.step : compile(program.step);
  let done = 0;
  let outputs: Tensor[] = [];
  const session: Session = {
    version: `Even Keel, ${variant.backend}, ${variant.eager ? 'eager' : 'compiled'}, ${variant.threads} threads${variant.wide ? ', vectors joined' : ''}`,
    step() {
      for (const output of outputs) output.release();
      const result = step(...batches[done++ % batches.length]!);
      outputs = Array.isArray(result) ? result : [result];
    },
    async read() {
      let sum = 0;
      for (const output of outputs) {
        // A view that is not released keeps all of the output's memory, and the next step writes to other, cold memory.
        const first = output.size === 1 ? output : scope(() => output.flatten().narrow(0, 0, 1));
        sum += await first.item();
        first.release();
        output.release();
      }
      outputs = [];
      return sum;
    },
  };
  return counts ? { ...session, counts } : session;
}

/** Counts what there is to count on a backend, before anything runs. */
function counting(backend: Backend): (() => Counts) | undefined {
  if ('counters' in backend) return () => ({ kernels: (backend as NullBackend).counters.kernels });
  if (backend.name !== 'webgpu') return undefined;
  const asked = countGpu(globalThis as unknown as Record<string, unknown>);
  const boundBytes = countBindings(backend);
  return () => ({ ...asked, boundBytes: boundBytes() });
}
