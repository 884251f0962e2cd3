import { Blocks, type DeviceBuffer, sizeClass } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';

const pageBytes = 65536;
/** What a 32-bit address can reach. */
export const addressableBytes = 2 ** 32;
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

/** One growing WebAssembly memory cut in blocks. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly maximumBytes: number;
  readonly #blocks = new Blocks(reservedBytes);
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
    const address = this.#blocks.take(capacity, this.memoryBytes - slackBytes) ?? this.#extend(capacity, bytes);
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
    this.#blocks.give(buffer.address, buffer.capacity);
  }

  #extend(capacity: number, asked: number): number {
    this.#grow(this.#blocks.top + capacity + slackBytes, asked);
    return this.#blocks.take(capacity, this.memoryBytes - slackBytes) as number;
  }

  #grow(needed: number, asked: number): void {
    const present = this.memoryBytes;
    // A quarter more than needed where there is room, because growing costs milliseconds once memory is large.
    for (const goal of [needed + needed / 4, needed]) {
      const pages = Math.ceil((goal - present) / pageBytes);
      if (!(present + pages * pageBytes <= this.maximumBytes)) continue;
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
