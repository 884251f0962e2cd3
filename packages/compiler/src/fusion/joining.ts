import { contiguousStrides, isContiguous, type Strides, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { Cluster } from './cluster.ts';
import { type Memory, wholeOf } from './memory.ts';

/** Writes what is joined where it is joined, so that joining costs nothing; and remembers who waits for all of it. */
export class Joining {
  /** Who reads joined memory. Whoever writes a part of it must come before. */
  readonly #readers = new Map<Memory, readonly Cluster[]>();
  /** Values that have a place of their own somewhere; a second place is a copy. */
  readonly #placed = new Set<Value>();

  /** Asks for each input at its part of the memory of `value`. */
  join(
    value: AppliedValue,
    memory: Memory,
    readers: readonly Cluster[],
    want: (input: Value, part: Memory) => void,
  ): void {
    const { dim } = value.attributes as { dim: number };
    const strides = memory.kind === 'part' ? memory.strides : contiguousStrides(value.shape);
    this.#readers.set(wholeOf(memory), [...(this.#readers.get(wholeOf(memory)) ?? []), ...readers]);
    let start = 0;
    for (const input of value.inputs) {
      const offset = (memory.kind === 'part' ? memory.offset : 0) + start * (strides[dim] as number);
      start += input.shape[dim] as number;
      if (sizeOf(input.shape) === 0) continue;
      const whole = wholeOf(memory);
      const [source, walk] = this.#unshaped(input, strides);
      this.#placed.add(source);
      want(source, { kind: 'part', whole, offset, strides: walk });
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

  /** What is only reshaped lies row by row before as after, so that it can be written before. */
  #unshaped(input: Value, strides: Strides): [Value, Strides] {
    let source = input;
    let walk = strides;
    while (
      source.kind === 'applied' &&
      source.primitive.name === 'reshape' &&
      isContiguous(source.shape, walk) &&
      !this.#placed.has(source.inputs[0] as Value)
    ) {
      source = source.inputs[0] as Value;
      walk = contiguousStrides(source.shape);
    }
    return [source, walk];
  }
}
