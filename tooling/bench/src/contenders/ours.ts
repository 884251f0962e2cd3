import { join } from 'node:path';
import { workloads } from '../workloads/index.ts';
import type { Contender } from './contender.ts';
import { alter, type Variant } from './variant.ts';

/** Even Keel in the given way, and again for each word with one thing different. */
export function evenKeel(variant: Variant, also: readonly string[] = []): Contender[] {
  const others = also.map((word) => ({
    ...contender(`even keel, ${word}`, alter(variant, word)),
    // Neither how many threads there are nor how wide vectors are changes a result.
    isExact: /^(threads=\d+|wide|\+)+$/.test(word),
  }));
  return [contender('even keel', variant), ...others];
}

function contender(name: string, variant: Variant): Contender {
  const program = variant.host === 'node' ? 'even-keel.ts' : 'chromium/main.ts';
  return {
    name,
    isUnchecked: variant.backend === 'null',
    command: (workload, file) => ownProgram(program, workload, file, JSON.stringify(variant)),
  };
}

/** What the machine's 128-bit vectors could do at most, for workloads that are nothing but products and sums, and not on a GPU. */
export function peak(variant: Variant): Contender {
  return {
    name: '128-bit peak',
    isUnchecked: true,
    command(workload) {
      if (variant.backend === 'webgpu') return undefined;
      const { flops } = workloads.find(({ name }) => name === workload)!;
      return flops === undefined ? undefined : ownProgram('peak.ts', String(flops), String(variant.relaxed));
    },
  };
}

/** This very Node, on a source file of this folder. */
function ownProgram(file: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, '--conditions=@evenkeel/source', join(import.meta.dirname, file), ...args];
}
