import { Blocks, type DeviceBuffer, sizeClass } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';

const usage = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC
const firstBytes = 2 ** 20;

/** A block of one of the heap's memories; what is larger than a memory has several, one after the other. */
export class WebgpuBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly capacity: number;
  readonly owner: Heap;
  /** The number of the memory that it lies in, or begins in. */
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
  /** None where all of it belongs to a buffer that is larger than a memory. */
  readonly blocks?: Blocks;
}

/** Bytes of a range that lie in one GPU buffer. */
export interface Piece {
  readonly buffer: GPUBuffer;
  /** Where they begin there, and in the range. */
  readonly offset: number;
  readonly from: number;
  readonly bytes: number;
}

/**
 * All buffers of a backend as blocks of as few GPU buffers as possible, mostly one. A kernel's bindings then lie in one GPU
 * buffer, which it is given once: WebGPU refuses one buffer twice where one of the two is written to, and a kernel with many.
 */
export class Heap {
  readonly #device: GPUDevice;
  readonly #limits: HeapLimits;
  readonly #memories: Memory[] = [];
  /** Released buffers that are larger than a memory; the next of their size takes their place. */
  #large: WebgpuBuffer[] = [];
  #liveBytes = 0;
  #liveBuffers = 0;
  /** Changes whenever a memory's GPU buffer does. */
  epoch = 0;

  constructor(device: GPUDevice, limits: HeapLimits) {
    this.#device = device;
    this.#limits = limits;
    this.#add(Math.min(firstBytes, limits.memoryBytes));
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get liveBuffers(): number {
    return this.#liveBuffers;
  }

  /** Bytes of one memory at most. */
  get memoryBytes(): number {
    return this.#limits.memoryBytes;
  }

  /** Bytes of the GPU's memory, in use or not. */
  get totalBytes(): number {
    return this.#memories.reduce((sum, { buffer }) => sum + buffer.size, 0);
  }

  gpuBuffer(memory: number): GPUBuffer {
    return (this.#memories[memory] as Memory).buffer;
  }

  allocate(bytes: number): WebgpuBuffer {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw this.#refusal(bytes, 'a buffer cannot have this size');
    const { memoryBytes } = this.#limits;
    if (bytes > memoryBytes) return this.#allocateLarge(bytes);
    const capacity = Math.min(sizeClass(bytes), memoryBytes);
    for (const [memory, { buffer, blocks }] of this.#memories.entries()) {
      const address = blocks?.take(capacity, buffer.size);
      if (address !== undefined) return this.#made(bytes, capacity, memory, address);
    }
    const memory = this.#extend(capacity, bytes);
    const { buffer, blocks } = this.#memories[memory] as Memory;
    return this.#made(bytes, capacity, memory, blocks?.take(capacity, buffer.size) as number);
  }

  /** The parts of a range, which begins at an address of a buffer. */
  pieces({ memory }: WebgpuBuffer, address: number, bytes: number): Piece[] {
    const { memoryBytes } = this.#limits;
    const pieces: Piece[] = [];
    for (let from = 0; from < bytes; ) {
      const offset = (address + from) % memoryBytes;
      const buffer = this.gpuBuffer(memory + Math.floor((address + from) / memoryBytes));
      const length = Math.min(bytes - from, memoryBytes - offset);
      pieces.push({ buffer, offset, from, bytes: length });
      from += length;
    }
    return pieces;
  }

  release(buffer: WebgpuBuffer): void {
    this.check(buffer, 'releasing');
    buffer.isReleased = true;
    this.#liveBytes -= buffer.capacity;
    this.#liveBuffers--;
    const { blocks } = this.#memories[buffer.memory] as Memory;
    if (blocks) blocks.give(buffer.address, buffer.capacity);
    else this.#large.push(buffer);
  }

  /** @throws DeviceError unless a buffer is one of these and alive */
  check({ owner, isReleased, bytes }: WebgpuBuffer, doing: string): void {
    if (owner === this && !isReleased) return;
    throw new DeviceError(isReleased ? 'the buffer was released before' : 'the buffer belongs to another backend', {
      doing: `${doing} a buffer on webgpu`,
      got: `a buffer of ${bytes} bytes`,
    });
  }

  /** A buffer that goes on from one memory to the next. They are its own. */
  #allocateLarge(bytes: number): WebgpuBuffer {
    const { memoryBytes, memories, maximumBytes } = this.#limits;
    const known = this.#large.find(({ capacity }) => capacity >= bytes);
    if (known) {
      this.#large = this.#large.filter((other) => other !== known);
      return this.#made(bytes, known.capacity, known.memory, 0);
    }
    const capacity = roundUp(bytes);
    this.#dropLast();
    const count = this.#memories.length + Math.ceil(capacity / memoryBytes);
    if (count > memories || this.totalBytes + capacity > maximumBytes) {
      throw this.#refusal(bytes, 'there is no memory for a buffer on webgpu');
    }
    const first = this.#memories.length;
    for (let rest = capacity; rest > 0; rest -= memoryBytes) {
      this.#memories.push({ buffer: this.#create(Math.min(rest, memoryBytes)) });
    }
    this.epoch++;
    return this.#made(bytes, capacity, first, 0);
  }

  /** Gives back the memories of released large buffers that no others come after. */
  #dropLast(): void {
    const last = this.#large.find(
      ({ memory, capacity }) => memory + Math.ceil(capacity / this.#limits.memoryBytes) === this.#memories.length,
    );
    if (!last) return;
    this.#large = this.#large.filter((other) => other !== last);
    for (const { buffer } of this.#memories.splice(last.memory)) buffer.destroy();
    this.epoch++;
    this.#dropLast();
  }

  #made(bytes: number, capacity: number, memory: number, address: number): WebgpuBuffer {
    this.#liveBytes += capacity;
    this.#liveBuffers++;
    return new WebgpuBuffer(bytes, capacity, this, memory, address);
  }

  /** Makes room for a block and says in which memory: one of them grows, or there is one more. */
  #extend(capacity: number, asked: number): number {
    const { memoryBytes, memories, maximumBytes } = this.#limits;
    const spare = maximumBytes - this.totalBytes;
    for (const [memory, { buffer, blocks }] of this.#memories.entries()) {
      if (!blocks) continue;
      const needed = blocks.top + capacity;
      // Twice as much where there is room, because growing copies.
      for (const goal of [Math.max(2 * buffer.size, needed), needed]) {
        const size = roundUp(Math.min(goal, memoryBytes));
        if (size < needed || size - buffer.size > spare) continue;
        this.#grow(memory, size);
        return memory;
      }
    }
    if (this.#memories.length < memories) {
      const last = this.gpuBuffer(this.#memories.length - 1).size;
      const size = roundUp(Math.min(Math.max(capacity, Math.min(last, spare)), memoryBytes));
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
    const live = `${this.#liveBytes} bytes live in ${this.#liveBuffers} buffers, ${this.totalBytes} bytes of memory`;
    return new DeviceError(`${what}: ${asked} bytes asked for`, {
      doing: 'allocating on webgpu',
      got: told ? `${live}; ${told}` : live,
      expected: `at most ${Math.min(maximumBytes, memories * memoryBytes)} bytes in all`,
      remedy: 'use smaller batches, or release what is no longer needed',
    });
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 256) * 256;
}
