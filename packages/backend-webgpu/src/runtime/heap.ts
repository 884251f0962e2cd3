import { Blocks, type DeviceBuffer, sizeClass } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';

const usage = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC
const firstBytes = 2 ** 20;

/** A block of one of the heap's memories. */
export class WebgpuBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly capacity: number;
  readonly owner: Heap;
  /** The number of the memory that it lies in. */
  readonly memory: number;
  readonly address: number;
  isReleased = false;

  constructor(bytes: number, capacity: number, owner: Heap, memory: number, address: number) {
    this.bytes = bytes;
    this.capacity = capacity;
    this.owner = owner;
    this.memory = memory;
    this.address = address;
  }
}

export interface HeapLimits {
  /** Bytes of one memory: what a shader can be given as one. */
  readonly memoryBytes: number;
  /** How many memories a shader can be given. */
  readonly memories: number;
  /** Bytes in all. */
  readonly maximumBytes: number;
  /** Bytes at the beginning of the first memory that belong to the runtime. */
  readonly reservedBytes: number;
  /** Told that the device has no room for a memory: what was in it is gone. */
  readonly onFailure: (error: DeviceError) => void;
}

interface Memory {
  buffer: GPUBuffer;
  readonly blocks: Blocks;
}

/**
 * All buffers of a backend as blocks of as few GPU buffers as possible, mostly one. A kernel's bindings then lie in one GPU
 * buffer, which it is given once: WebGPU refuses one buffer twice where one of the two is written to, and a kernel with many.
 */
export class Heap {
  readonly #device: GPUDevice;
  readonly #limits: HeapLimits;
  readonly #memories: Memory[] = [];
  #liveBytes = 0;
  #liveBuffers = 0;
  /** Changes whenever a memory's GPU buffer does. */
  epoch = 0;

  constructor(device: GPUDevice, limits: HeapLimits) {
    this.#device = device;
    this.#limits = limits;
    this.#add(firstBytes);
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get liveBuffers(): number {
    return this.#liveBuffers;
  }

  /** Bytes of the GPU's memory, in use or not; it never shrinks. */
  get memoryBytes(): number {
    return this.#memories.reduce((sum, { buffer }) => sum + buffer.size, 0);
  }

  gpuBuffer(memory: number): GPUBuffer {
    return (this.#memories[memory] as Memory).buffer;
  }

  allocate(bytes: number): WebgpuBuffer {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw this.#refusal(bytes, 'a buffer cannot have this size');
    this.requireFitting(bytes);
    const capacity = Math.min(sizeClass(bytes), this.#limits.memoryBytes);
    for (const [memory, { buffer, blocks }] of this.#memories.entries()) {
      const address = blocks.take(capacity, buffer.size);
      if (address !== undefined) return this.#made(bytes, capacity, memory, address);
    }
    const memory = this.#extend(capacity, bytes);
    const { buffer, blocks } = this.#memories[memory] as Memory;
    return this.#made(bytes, capacity, memory, blocks.take(capacity, buffer.size) as number);
  }

  /** @throws DeviceError if no buffer can have so many bytes */
  requireFitting(bytes: number): void {
    if (bytes > this.#limits.memoryBytes) throw this.#refusal(bytes, 'the GPU has no buffer of this size');
  }

  release(buffer: WebgpuBuffer): void {
    if (buffer.owner !== this || buffer.isReleased) {
      throw new DeviceError(
        buffer.isReleased ? 'the buffer was released before' : 'the buffer belongs to another backend',
        {
          doing: 'releasing a buffer on webgpu',
          got: `a buffer of ${buffer.bytes} bytes`,
        },
      );
    }
    buffer.isReleased = true;
    this.#liveBytes -= buffer.capacity;
    this.#liveBuffers--;
    (this.#memories[buffer.memory] as Memory).blocks.give(buffer.address, buffer.capacity);
  }

  #made(bytes: number, capacity: number, memory: number, address: number): WebgpuBuffer {
    this.#liveBytes += capacity;
    this.#liveBuffers++;
    return new WebgpuBuffer(bytes, capacity, this, memory, address);
  }

  /** Makes room for a block and says in which memory: one of them grows, or there is one more. */
  #extend(capacity: number, asked: number): number {
    const { memoryBytes, memories, maximumBytes } = this.#limits;
    const spare = maximumBytes - this.memoryBytes;
    for (const [memory, { buffer, blocks }] of this.#memories.entries()) {
      const needed = blocks.top + capacity;
      // Twice as much where there is room, because growing copies.
      for (const goal of [Math.max(2 * buffer.size, needed), needed]) {
        const size = Math.ceil(Math.min(goal, memoryBytes) / 256) * 256;
        if (size < needed || size - buffer.size > spare) continue;
        this.#grow(memory, size);
        return memory;
      }
    }
    if (this.#memories.length < memories) {
      const last = this.gpuBuffer(this.#memories.length - 1).size;
      const size = Math.ceil(Math.min(Math.max(capacity, Math.min(last, spare)), memoryBytes) / 256) * 256;
      if (size <= spare) return this.#add(size);
    }
    throw this.#refusal(asked, 'there is no memory for a buffer on webgpu');
  }

  #add(bytes: number): number {
    const buffer = this.#create(bytes);
    this.#memories.push({ buffer, blocks: new Blocks(this.#memories.length === 0 ? this.#limits.reservedBytes : 0) });
    this.epoch++;
    return this.#memories.length - 1;
  }

  #grow(memory: number, bytes: number): void {
    const one = this.#memories[memory] as Memory;
    const larger = this.#create(bytes);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(one.buffer, 0, larger, 0, one.buffer.size);
    this.#device.queue.submit([encoder.finish()]);
    one.buffer.destroy();
    one.buffer = larger;
    this.epoch++;
  }

  /** Whether the device had room for it is known later only, and then it is too late. */
  #create(bytes: number): GPUBuffer {
    this.#device.pushErrorScope('out-of-memory');
    const buffer = this.#device.createBuffer({ size: bytes, usage });
    const tell = (error: GPUError | null): void => {
      if (error) this.#limits.onFailure(this.#refusal(bytes, 'the GPU has no memory left', error.message));
    };
    // It is not kept where the device is lost meanwhile.
    this.#device.popErrorScope().then(tell, () => {});
    return buffer;
  }

  #refusal(asked: number, what: string, told = ''): DeviceError {
    const { memoryBytes, maximumBytes, memories } = this.#limits;
    const live = `${this.#liveBytes} bytes live in ${this.#liveBuffers} buffers, ${this.memoryBytes} bytes of memory`;
    return new DeviceError(`${what}: ${asked} bytes asked for`, {
      doing: 'allocating on webgpu',
      got: told ? `${live}; ${told}` : live,
      expected: `at most ${memoryBytes} bytes in one buffer and ${Math.min(maximumBytes, memories * memoryBytes)} in all`,
      remedy: 'use smaller batches, or release what is no longer needed',
    });
  }
}
