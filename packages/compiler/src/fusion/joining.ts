import { contiguousStrides, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { Cluster } from './cluster.ts';
import { type Memory, wholeOf } from './memory.ts';

/** The inputs of a concatenation that have elements, each with its part of the memory of all of them. */
export function partsOf({ inputs, attributes, shape }: AppliedValue, memory: Memory): [Value, Part][] {
  const { dim } = attributes as { dim: number };
  const whole = wholeOf(memory);
  const strides = memory.kind === 'part' ? memory.strides : contiguousStrides(shape);
  let offset = memory.kind === 'part' ? memory.offset : 0;
  const parts: [Value, Part][] = [];
  for (const input of inputs) {
    if (sizeOf(input.shape) > 0) parts.push([input, { kind: 'part', whole, offset, strides }]);
    offset += (input.shape[dim] as number) * (strides[dim] as number);
  }
  return parts;
}

type Part = Extract<Memory, { kind: 'part' }>;

/** Writes what is joined where it is joined, so that joining costs nothing; and remembers who waits for all of it. */
export class Joining {
  /** Who reads joined memory. Whoever writes a part of it must come before. */
  readonly #readers = new Map<Memory, readonly Cluster[]>();

  /** Asks for each input at its part of the memory of `value`. */
  join(
    value: AppliedValue,
    memory: Memory,
    readers: readonly Cluster[],
    want: (input: Value, part: Memory) => void,
  ): void {
    this.#readers.set(wholeOf(memory), [...(this.#readers.get(wholeOf(memory)) ?? []), ...readers]);
    for (const [input, part] of partsOf(value, memory)) {
      want(input, part);
    }
  }

  /** Who reads what these memories are parts of. */
  readersOf(memories: readonly Memory[]): Cluster[] {
    return memories.flatMap((memory) => (memory.kind === 'part' ? (this.#readers.get(memory.whole) ?? []) : []));
  }

  /** Says that a cluster leaves a value in memory. */
  kept(memory: Memory, cluster: Cluster): void {
    if (memory.kind !== 'part') return;
    for (const reader of this.#readers.get(memory.whole) ?? []) if (reader !== cluster) cluster.next.add(reader);
  }
}
