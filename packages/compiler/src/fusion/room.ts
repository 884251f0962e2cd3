import type { AppliedValue, Value } from '../graph/value.ts';
import type { Cluster } from './cluster.ts';
import { seen } from './kinds.ts';
import { type Memory, wholeOf } from './memory.ts';

/** What it takes to compute a value in a cluster. */
export interface Need {
  readonly value: AppliedValue;
  /** What it is computed from there. */
  readonly inputs: readonly Value[];
  /** Where it is kept. */
  readonly memories: readonly Memory[];
}

/** What a kernel computes may be as deep as it is long, and depth is the stack's: of the compiler here, of a shader's there. */
const mostMembers = 256;

/**
 * Whether a cluster may compute a value without growing too deep or binding more than a kernel can. What it reads, through views, counts
 * as one memory each, which is what it comes to at most: each of those values can stay outside, and is refused here if it must.
 */
export function hasRoom(cluster: Cluster, { value, inputs, memories }: Need, limit: number): boolean {
  const { accesses, members, kept } = cluster;
  if (members.size >= mostMembers) return false;
  if (accesses.length + inputs.length + kept.length + memories.length <= limit) return true;
  const reads = new Set<Value>();
  const read = (each: Value): void => {
    const source = seen(each);
    if (!members.has(each) && source.kind !== 'constant' && source.kind !== 'argument') reads.add(source);
  };
  for (const access of accesses) read(access.value);
  const writes = new Set(kept.map(({ memory }) => wholeOf(memory)));
  const before = reads.size + writes.size;
  reads.delete(value);
  inputs.forEach(read);
  for (const memory of memories) writes.add(wholeOf(memory));
  return reads.size + writes.size <= Math.max(before, limit);
}
