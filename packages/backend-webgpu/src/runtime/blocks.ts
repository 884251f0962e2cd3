/** Blocks begin at and are padded to a cache line. */
const lineBytes = 64;

interface Span {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Cuts a range of addresses in blocks. A released block waits in the list of its size class, where the next request of that
 * class finds it; when the range would have to grow, neighboring free blocks are joined first.
 */
export class Blocks {
  readonly #free = new Map<number, number[]>();
  /** Joined free blocks, of any size. */
  #spans: Span[] = [];
  #freeBytes = 0;
  #top: number;

  /** @param reserved bytes at the beginning that belong to somebody else */
  constructor(reserved: number) {
    this.#top = Math.ceil(reserved / lineBytes) * lineBytes;
  }

  /** Where blocks end. */
  get top(): number {
    return this.#top;
  }

  /** The address of a block of a size class, or undefined where there is none below `end`. */
  take(capacity: number, end: number): number | undefined {
    const address = this.#free.get(capacity)?.pop() ?? this.#cut(capacity);
    if (address !== undefined) {
      this.#freeBytes -= capacity;
      return address;
    }
    if (this.#top + capacity > end && this.#freeBytes >= capacity) {
      this.#join();
      const joined = this.#cut(capacity);
      if (joined !== undefined) {
        this.#freeBytes -= capacity;
        return joined;
      }
    }
    if (this.#top + capacity > end) return undefined;
    this.#top += capacity;
    return this.#top - capacity;
  }

  give(address: number, capacity: number): void {
    this.#freeBytes += capacity;
    const list = this.#free.get(capacity);
    if (list) list.push(address);
    else this.#free.set(capacity, [address]);
  }

  /** A piece of the first joined span that is large enough. */
  #cut(capacity: number): number | undefined {
    for (let i = 0; i < this.#spans.length; i++) {
      const { address, bytes } = this.#spans[i] as Span;
      if (bytes < capacity) continue;
      if (bytes === capacity) this.#spans.splice(i, 1);
      else this.#spans[i] = { address: address + capacity, bytes: bytes - capacity };
      return address;
    }
    return undefined;
  }

  /** Free neighbors become one; what is free at the end goes back to the untouched rest. */
  #join(): void {
    const spans = [...this.#spans];
    for (const [bytes, addresses] of this.#free) {
      for (const address of addresses) spans.push({ address, bytes });
    }
    this.#free.clear();
    spans.sort((a, b) => a.address - b.address);
    const joined: Span[] = [];
    for (const span of spans) {
      const last = joined[joined.length - 1];
      if (last && last.address + last.bytes === span.address) {
        joined[joined.length - 1] = { address: last.address, bytes: last.bytes + span.bytes };
      } else {
        joined.push(span);
      }
    }
    const last = joined[joined.length - 1];
    if (last && last.address + last.bytes === this.#top) {
      this.#top = last.address;
      this.#freeBytes -= last.bytes;
      joined.pop();
    }
    this.#spans = joined;
  }
}

/** Whole lines up to 1 KiB, above that an eighth of the power of two below: at most 12.5 % is wasted. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 1);
  const step = least <= 1024 ? lineBytes : 2 ** (Math.floor(Math.log2(least - 1)) - 3);
  return Math.ceil(least / step) * step;
}
