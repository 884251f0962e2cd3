import { getOrMake } from './get-or-make.ts';

/** Blocks begin at and are padded to a cache line. */
const lineBytes = 64;

/**
 * Cuts a range of addresses in blocks. A block that is given back waits for the next request of its size; when the range would have
 * to grow, the smallest that is large enough is cut, and free neighbors are joined first where there is none.
 */
export class Blocks {
  /** Addresses of free blocks, by their size. */
  readonly #free = new Map<number, number[]>();
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
    let address = this.#pop(capacity);
    // What is no number fits nowhere.
    if (address === undefined && !(this.#top + capacity <= end)) {
      address = this.#cut(capacity) ?? this.#joined().#cut(capacity);
    }
    if (address !== undefined || !(this.#top + capacity <= end)) return address;
    this.#top += capacity;
    return this.#top - capacity;
  }

  give(address: number, capacity: number): void {
    getOrMake(this.#free, capacity, () => []).push(address);
  }

  #pop(bytes: number): number | undefined {
    const addresses = this.#free.get(bytes);
    const address = addresses?.pop();
    if (addresses?.length === 0) this.#free.delete(bytes);
    return address;
  }

  /** A piece of the smallest block that is large enough. */
  #cut(capacity: number): number | undefined {
    let bytes = Number.POSITIVE_INFINITY;
    for (const size of this.#free.keys()) if (size >= capacity && size < bytes) bytes = size;
    const address = this.#pop(bytes);
    if (address !== undefined && bytes > capacity) this.give(address + capacity, bytes - capacity);
    return address;
  }

  /** Free neighbors become one; what is free at the end goes back to the untouched rest. */
  #joined(): this {
    const spans = [...this.#free].flatMap(([bytes, list]) => list.map((address) => [address, bytes] as const));
    this.#free.clear();
    // The last first: each is joined with what was found behind it.
    spans.sort((a, b) => b[0] - a[0]);
    let [begin, length] = [this.#top, 0];
    for (const [address, bytes] of spans) {
      if (address + bytes !== begin) {
        this.#put(begin, length);
        length = 0;
      }
      begin = address;
      length += bytes;
    }
    this.#put(begin, length);
    return this;
  }

  #put(address: number, bytes: number): void {
    if (address + bytes === this.#top) this.#top = address;
    else if (bytes > 0) this.give(address, bytes);
  }
}

/** Whole lines up to 1 KiB, above that an eighth of the power of two below: at most 12.5 % is wasted. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 1);
  const step = least <= 1024 ? lineBytes : 2 ** (Math.floor(Math.log2(least - 1)) - 3);
  return Math.ceil(least / step) * step;
}
