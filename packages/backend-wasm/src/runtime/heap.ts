import { type DeviceBuffer, getOrMake } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';

const pageBytes = 65536;
/** What a 32-bit address can reach. */
export const addressableBytes = 2 ** 32;
/** Blocks begin at and are padded to a cache line. */
const lineBytes = 64;
/** Kernels may read (never write) so far past the end of a block. */
const slackBytes = 1024;
/** The first bytes belong to the runtime: kernels tell faults there, and threads meet there. */
const reservedBytes = 1024;

/** Memory in the WebAssembly heap. */
export class WasmBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly capacity: number;
  readonly address: number;
  isReleased = false;

  constructor(bytes: number, capacity: number, address: number) {
    this.bytes = bytes;
    this.capacity = capacity;
    this.address = address;
  }
}

interface Span {
  readonly address: number;
  readonly bytes: number;
}

/**
 * One growing WebAssembly memory cut in blocks. A released block waits in the list of its size class, where the next
 * request of that class finds it; when memory would have to grow, neighboring free blocks are joined first.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly maximumBytes: number;
  readonly #free = new Map<number, number[]>();
  /** Joined free blocks, of any size. */
  #spans: Span[] = [];
  #freeBytes = 0;
  #top = reservedBytes;
  #liveBytes = 0;
  #liveBuffers = 0;
  #views: ReturnType<typeof viewsOf>;

  constructor(maximumBytes: number, shared: boolean) {
    this.maximumBytes = Math.min(maximumBytes, addressableBytes);
    const maximum = Math.max(1, Math.floor(this.maximumBytes / pageBytes));
    this.memory = new WebAssembly.Memory({ initial: 1, maximum, shared });
    this.#views = viewsOf(this.memory);
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** Bytes of the memory itself, in use or not. */
  get memoryBytes(): number {
    return this.bytes.byteLength;
  }

  /** All of the memory; growing detaches it or leaves it behind, so never keep it. */
  get bytes(): Uint8Array {
    return this.#renewed().bytes;
  }

  get words(): Int32Array {
    return this.#renewed().words;
  }

  get floats(): Float32Array {
    return this.#renewed().floats;
  }

  allocate(bytes: number): WasmBuffer {
    const capacity = sizeClass(bytes);
    const address = this.#take(capacity) ?? this.#extend(capacity, bytes);
    this.#liveBytes += capacity;
    this.#liveBuffers++;
    return new WasmBuffer(bytes, capacity, address);
  }

  /** A buffer of at least so many bytes: the one there is, if it is large enough, or else one in its place. */
  fit(buffer: WasmBuffer | undefined, bytes: number): WasmBuffer {
    if (buffer && !buffer.isReleased) {
      if (buffer.bytes >= bytes) return buffer;
      this.release(buffer);
    }
    return this.allocate(bytes);
  }

  release(buffer: WasmBuffer): void {
    if (buffer.isReleased) {
      throw new DeviceError('the buffer was released before', {
        doing: 'releasing a buffer on wasm',
        got: `a buffer of ${buffer.bytes} bytes`,
      });
    }
    buffer.isReleased = true;
    this.#liveBytes -= buffer.capacity;
    this.#liveBuffers--;
    this.#freeBytes += buffer.capacity;
    getOrMake(this.#free, buffer.capacity, () => []).push(buffer.address);
  }

  #take(capacity: number): number | undefined {
    const address = this.#free.get(capacity)?.pop() ?? this.#cut(capacity);
    if (address !== undefined) this.#freeBytes -= capacity;
    return address;
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

  #extend(capacity: number, asked: number): number {
    if (this.#top + capacity + slackBytes > this.memoryBytes) {
      if (this.#freeBytes >= Math.max(capacity, this.#top / 4)) {
        this.#join();
        const address = this.#take(capacity);
        if (address !== undefined) return address;
      }
      this.#grow(this.#top + capacity + slackBytes, asked);
    }
    const address = this.#top;
    this.#top += capacity;
    return address;
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

  #grow(needed: number, asked: number): void {
    const present = this.memoryBytes;
    if (needed <= present) return;
    // A quarter more than needed where there is room, because growing costs milliseconds once memory is large.
    for (const goal of [needed + needed / 4, needed]) {
      const pages = Math.ceil((goal - present) / pageBytes);
      if (present + pages * pageBytes > this.maximumBytes) continue;
      try {
        this.memory.grow(pages);
        return;
      } catch {
        // The engine has less to give; the message below says what was asked.
      }
    }
    throw new DeviceError(`there is no memory for a buffer of ${asked} bytes`, {
      doing: 'allocating on wasm',
      got: `${this.#liveBytes} bytes live in ${this.#liveBuffers} buffers, ${present} bytes of memory`,
      expected: `at most ${this.maximumBytes} bytes in all`,
      remedy: 'use smaller batches, or release what is no longer needed',
    });
  }

  #renewed() {
    if (this.#views.bytes.buffer !== this.memory.buffer) this.#views = viewsOf(this.memory);
    return this.#views;
  }
}

function viewsOf({ buffer }: WebAssembly.Memory) {
  return { bytes: new Uint8Array(buffer), words: new Int32Array(buffer), floats: new Float32Array(buffer) };
}

/** Whole lines up to 1 KiB, above that an eighth of the power of two below: at most 12.5 % is wasted. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 1);
  const step = least <= 1024 ? lineBytes : 2 ** (Math.floor(Math.log2(least - 1)) - 3);
  return Math.ceil(least / step) * step;
}
