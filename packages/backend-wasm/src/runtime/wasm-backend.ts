import type { Backend, Bindings, DeviceBuffer, Limits, Prepared, Program, Range } from '@evenkeel/backend';
import { ConfigError, DeviceError, IndexError } from '@evenkeel/errors';
import { routines } from '../kernels/emit-kernel.ts';
import { faultAddress } from '../kernels/kernel-module.ts';
import { detectFeatures, plainFeatures } from './features.ts';
import { addressableBytes, Heap, type WasmBuffer } from './heap.ts';
import { ModuleCache } from './module-cache.ts';
import { PreparedProgram } from './prepared-program.ts';

export interface WasmOptions {
  /** How far the memory may grow, in bytes. Default: 4 GiB, all that an address can reach. */
  readonly maximumBytes?: number | undefined;
  /** Whether relaxed SIMD may be used where the engine has it. Default: true. */
  readonly relaxed?: boolean | undefined;
}

/**
 * Runs programs as WebAssembly SIMD code that is emitted when a program is prepared: float32, int32 and bool, on one
 * thread. Works in Node and in a page, synchronously.
 *
 * ```ts
 * const backend = wasm({ relaxed: false });
 * console.log(backend.limits.dtypes.join(' '), backend.limits.arithmetic); // prints float32 int32 bool separate
 * const buffer = backend.allocate(8);
 * backend.write(buffer, Float32Array.of(1, 2));
 * console.log(new Float32Array((await backend.read(buffer)).buffer)); // prints Float32Array(2) [ 1, 2 ]
 * ```
 *
 * @throws ConfigError if the engine has no WebAssembly SIMD or an option is out of range
 */
export function wasm(options: WasmOptions = {}): WasmBackend {
  return new WasmBackend(options);
}

/**
 * What `wasm()` gives: the backend interface, and figures about its memory.
 *
 * ```ts
 * const backend = wasm();
 * const buffer = backend.allocate(4000);
 * console.log(backend.liveBytes >= 4000, backend.memoryBytes >= backend.liveBytes); // prints true true
 * backend.release(buffer);
 * console.log(backend.liveBytes); // prints 0
 * ```
 */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly limits: Limits;
  readonly #heap: Heap;
  readonly #cache: ModuleCache;
  #workspace: WasmBuffer | undefined;
  #isDisposed = false;

  constructor(options: WasmOptions) {
    const { maximumBytes = addressableBytes, relaxed = true } = options;
    if (!(maximumBytes >= 65536)) {
      throw new ConfigError('maximumBytes is out of range', {
        doing: 'making the wasm backend',
        got: `${maximumBytes}`,
        expected: 'at least 65536, one page of memory',
      });
    }
    const features = relaxed ? detectFeatures() : plainFeatures;
    this.limits = {
      dtypes: ['float32', 'int32', 'bool'],
      boolBytes: 4,
      bindings: 64,
      threads: 1,
      routines,
      arithmetic: features.fused ? 'fused' : 'separate',
    };
    this.#heap = new Heap(maximumBytes);
    this.#cache = new ModuleCache(this.#heap.memory, features);
  }

  /** Bytes in buffers that were not released, padding included. */
  get liveBytes(): number {
    return this.#heap.liveBytes;
  }

  /** Bytes of the WebAssembly memory, in use or not; it never shrinks. */
  get memoryBytes(): number {
    return this.#heap.memoryBytes;
  }

  prepare(program: Program): PreparedProgram {
    this.#check();
    return new PreparedProgram(program, this.#cache);
  }

  allocate(bytes: number): WasmBuffer {
    this.#check();
    return this.#heap.allocate(bytes);
  }

  release(buffer: DeviceBuffer): void {
    if (!this.#isDisposed) this.#heap.release(buffer as WasmBuffer);
  }

  write(buffer: DeviceBuffer, data: ArrayBufferView, offset = 0): void {
    const start = this.#place(buffer, offset, data.byteLength, 'writing');
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#heap.bytes.set(bytes, start);
  }

  run(prepared: Prepared, bindings: Bindings): void {
    const program = prepared as PreparedProgram;
    const { values } = program;
    const { buffers } = bindings;
    const count = buffers.length;
    for (let i = 0; i < count; i++) {
      const { buffer, offset, length } = buffers[i] as (typeof buffers)[number];
      values[i] = this.#place(buffer, offset, length, 'running');
    }
    for (let i = 0; i < bindings.arguments.length; i++) {
      values[count + i] = bindings.arguments[i] as number;
    }
    if (program.workspaceBytes > 0) {
      values[values.length - 1] = this.#workspaceOf(program.workspaceBytes);
    }
    program.run();
    if (program.reportsFaults && this.#heap.words[faultAddress >> 2] !== 0) this.#raiseFault();
  }

  read(buffer: DeviceBuffer, range?: Range): Promise<Uint8Array<ArrayBuffer>> {
    const { offset, length } = range ?? { offset: 0, length: buffer.bytes };
    try {
      const start = this.#place(buffer, offset, length, 'reading');
      return Promise.resolve(this.#heap.bytes.slice(start, start + length));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cache.clear();
  }

  /** The address of a range, which must lie in a buffer that is alive. */
  #place(buffer: DeviceBuffer, offset: number, length: number, doing: string): number {
    const { address, bytes, isReleased } = buffer as WasmBuffer;
    if (isReleased || this.#isDisposed || address === undefined) {
      throw new DeviceError(
        this.#isDisposed
          ? 'the backend was disposed of'
          : isReleased
            ? 'the buffer was released before'
            : 'the buffer belongs to another backend',
        { doing: `${doing} a buffer on wasm`, got: `a buffer of ${buffer.bytes} bytes` },
      );
    }
    if (offset < 0 || offset + length > bytes) {
      throw new DeviceError('the range does not lie in the buffer', {
        doing: `${doing} a buffer on wasm`,
        got: `${length} bytes at offset ${offset}`,
        expected: `a range within its ${bytes} bytes`,
      });
    }
    return address + offset;
  }

  /** One scratch area for all kernels, which run one after another. */
  #workspaceOf(bytes: number): number {
    if (this.#workspace === undefined || this.#workspace.bytes < bytes) {
      if (this.#workspace) this.#heap.release(this.#workspace);
      this.#workspace = undefined;
      this.#workspace = this.#heap.allocate(bytes);
    }
    return this.#workspace.address;
  }

  #raiseFault(): never {
    const at = faultAddress >> 2;
    const { words } = this.#heap;
    const [index, size] = [words[at + 1], words[at + 2]];
    words[at] = 0;
    throw new IndexError(`index ${index} is out of range for a dimension of size ${size}`, {
      doing: 'running a program on wasm',
      got: `${index}`,
      expected: `an index from 0 to ${(size as number) - 1}`,
    });
  }

  #check(): void {
    if (this.#isDisposed) {
      throw new DeviceError('the backend was disposed of', { doing: 'using the wasm backend' });
    }
  }
}
