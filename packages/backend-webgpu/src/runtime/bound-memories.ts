import type { Place } from '../renderer/across-memories.ts';
import type { WebgpuBuffer } from './heap.ts';

/** A range of a buffer that one run of a program works on. */
interface BoundRange {
  readonly buffer: WebgpuBuffer;
  /** Where it begins, counted from where the buffer's first memory does. */
  readonly address: number;
  readonly length: number;
}

/** The memories that one run of a program is given, and which of them its bindings lie in. */
export class BoundMemories {
  /** Their numbers. The first of all always is the first here, because faults are told there. */
  readonly memories: number[] = [0];
  readonly #ranges: readonly BoundRange[];
  readonly #memoryBytes: number;
  /** Of ranges whose buffer lies in one memory. */
  readonly #places: (Place | undefined)[];

  constructor(ranges: readonly BoundRange[], memoryBytes: number) {
    this.#ranges = ranges;
    this.#memoryBytes = memoryBytes;
    this.#places = ranges.map(({ buffer }) => {
      const last = this.slotOf(buffer.memory);
      for (let bytes = memoryBytes; bytes < buffer.capacity; bytes += memoryBytes) {
        this.slotOf(buffer.memory + bytes / memoryBytes);
      }
      return buffer.capacity > memoryBytes ? undefined : [last];
    });
  }

  /** Which of the memories that are bound it is; it is one from now on. */
  slotOf(memory: number): number {
    const slot = this.memories.indexOf(memory);
    return slot >= 0 ? slot : this.memories.push(memory) - 1;
  }

  /** Where a binding lies that has moved by some bytes. */
  placeOf(binding: number, moved: number): Place {
    const known = this.#places[binding];
    if (known) return known;
    const { buffer, address, length } = this.#ranges[binding] as BoundRange;
    const first = Math.floor((address + moved) / this.#memoryBytes);
    const last = Math.floor((address + moved + Math.max(1, length) - 1) / this.#memoryBytes);
    return Array.from({ length: last - first + 1 }, (_, i) => this.slotOf(buffer.memory + first + i));
  }

  /** The word at which it begins in the first memory of its place. */
  wordOf(binding: number, moved: number): number {
    const { address } = this.#ranges[binding] as BoundRange;
    return ((address + moved) % this.#memoryBytes) / 4;
  }
}
