import {
  type Backend,
  type Bindings,
  type DeviceBuffer,
  type Kernel,
  type Limits,
  type Prepared,
  type Program,
  programOf,
  type Range,
} from '@evenkeel/backend';
import { ConfigError, DeviceError, IndexError } from '@evenkeel/errors';
import { routines } from '../kernels/emit-kernel.ts';
import { faultAddress, faultBytes } from '../kernels/kernel-module.ts';
import { loadFor } from '../kernels/on-demand.ts';
import { controlWords } from './control-words.ts';
import { detectFeatures, plainFeatures } from './features.ts';
import { addressableBytes, Heap, type WasmBuffer } from './heap.ts';
import { ModuleCache } from './module-cache.ts';
import { PreparedProgram } from './prepared-program.ts';
import { runAlone } from './run-alone.ts';
import { type ThreadCount, threadCount } from './thread-count.ts';
import type { Threads } from './threads.ts';

export interface WasmOptions {
  /** How far the memory may grow, in bytes. Default: 4 GiB, all that an address can reach. */
  readonly maximumBytes?: number | undefined;
  /** Whether relaxed SIMD may be used where the engine has it. Default: true. */
  readonly relaxed?: boolean | undefined;
  /** Makes products in tiles for vectors of 256 bits: what `joinVectors()` gives. Results are the same. Default: none. */
  readonly wide?: (() => void) | undefined;
  /**
   * How many threads work on a program, this one among them. `'auto'`: as many as there are cores, up to 8; but one where
   * memory cannot be shared (a page that is not cross-origin isolated) and on a page's own thread, which must not wait: there
   * the backend belongs in a worker, and more than one is an error. Results do not depend on it. Default: 1.
   */
  readonly threads?: ThreadCount | undefined;
}

/**
 * Runs programs as WebAssembly SIMD code that is emitted when a program is prepared: float32, int32 and bool, on one
 * thread or several. Works in Node and in a page, synchronously.
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
  readonly #settle: (() => void) | undefined;
  readonly #cache: ModuleCache;
  #threads: Threads | undefined;
  /** Why there are no threads though there should be. */
  #failure: unknown;
  #workspace: WasmBuffer | undefined;
  /** The program whose script is in memory, and where. */
  #program: PreparedProgram | undefined;
  #script: WasmBuffer | undefined;
  /** Whether the script says where other threads find the kernels. */
  #isShared = false;
  #isDisposed = false;

  constructor(options: WasmOptions) {
    const { maximumBytes = addressableBytes, relaxed = true, threads = 1, wide } = options;
    if (!(maximumBytes >= 65536)) {
      throw new ConfigError('maximumBytes is out of range', {
        doing: 'making the wasm backend',
        got: `${maximumBytes}`,
        expected: 'at least 65536, one page of memory',
      });
    }
    const count = threadCount(threads);
    this.#settle = wide;
    const features = { ...(relaxed ? detectFeatures() : plainFeatures), wide: !!wide, sharedMemory: count > 1 };
    this.limits = {
      dtypes: ['float32', 'int32', 'bool'],
      boolBytes: 4,
      bindings: 64,
      threads: count,
      routines,
      arithmetic: features.fused ? 'fused' : 'separate',
      columnSums: true,
    };
    this.#heap = new Heap(maximumBytes, count > 1);
    this.#cache = new ModuleCache(this.#heap.memory, features);
    if (count > 1) void this.#startThreads(count);
  }

  /** Bytes in buffers that were not released, padding included. */
  get liveBytes(): number {
    return this.#heap.liveBytes;
  }

  /** Bytes of the WebAssembly memory, in use or not; it never shrinks. */
  get memoryBytes(): number {
    return this.#heap.memoryBytes;
  }

  /** Threads that have started, this one among them; the others join as they start, some tens of milliseconds later. */
  get threads(): number {
    return 1 + (this.#threads?.ready ?? 0);
  }

  /** At once, unless the program is the first with a routine or a convolution. */
  prepare(program: Program): PreparedProgram | Promise<PreparedProgram> {
    this.#check();
    const prepare = () => new PreparedProgram(program, this.#cache, this.limits.threads);
    return loadFor(program.steps)?.then(prepare) ?? prepare();
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
    const { buffers } = bindings;
    const count = buffers.length;
    this.#check();
    this.#threads?.check();
    const sharing = this.#threads?.isWorth(program) ? this.#threads : undefined;
    if (program !== this.#program || (sharing && !this.#isShared)) this.#load(program, sharing);
    // One scratch area for all kernels, which run one after another.
    if (program.workspaceBytes > 0) this.#workspace = this.#heap.fit(this.#workspace, program.workspaceBytes);
    const { words, floats } = this.#heap;
    const values = (words[controlWords.values] as number) >>> 2;
    for (let i = 0; i < count; i++) {
      const { buffer, offset, length } = buffers[i] as (typeof buffers)[number];
      words[values + i] = this.#place(buffer, offset, length, 'running');
    }
    const dtypes = program.program.arguments;
    for (let i = 0; i < dtypes.length; i++) {
      (dtypes[i] === 'float32' ? floats : words)[values + count + i] = bindings.arguments[i] as number;
    }
    words[values + count + dtypes.length] = this.#workspace?.address ?? 0;
    if (sharing) sharing.run(words, program.functions);
    else runAlone(words, program.functions);
    this.#settle?.();
    if (program.reportsFaults) this.#raiseFaults();
  }

  /** What is read is copied before the call returns. */
  async read(buffer: DeviceBuffer, range?: Range): Promise<Uint8Array<ArrayBuffer>> {
    const { offset, length } = range ?? { offset: 0, length: buffer.bytes };
    const start = this.#place(buffer, offset, length, 'reading');
    return this.#heap.bytes.slice(start, start + length);
  }

  /** The WebAssembly of a kernel, as text. */
  async source(kernel: Kernel): Promise<string> {
    await loadFor(programOf(kernel).steps);
    return (await import('../source/source.ts')).printSource(kernel, this.limits);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#cache.clear();
    this.#threads?.stop();
  }

  /** What starts and watches threads is loaded only where there are some: never by a page on its own thread. */
  async #startThreads(count: number): Promise<void> {
    try {
      const { Threads } = await import('./threads.ts');
      if (!this.#isDisposed) this.#threads = new Threads(this.#heap, count);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** The address of a range, which must lie in a buffer that is alive. */
  #place(buffer: DeviceBuffer, offset: number, length: number, doing: string): number {
    const { address, bytes, isReleased } = buffer as WasmBuffer;
    this.#check();
    if (isReleased || address === undefined) {
      throw new DeviceError(isReleased ? 'the buffer was released before' : 'the buffer belongs to another backend', {
        doing: `${doing} a buffer on wasm`,
        got: `a buffer of ${bytes} bytes`,
      });
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

  /** Writes a program's script where all threads find it. */
  #load(program: PreparedProgram, sharing: Threads | undefined): void {
    this.#program = undefined;
    sharing?.share(program);
    this.#isShared = sharing !== undefined;
    const bytes = program.words * 4;
    this.#script = this.#heap.fit(this.#script, bytes);
    const { words } = this.#heap;
    const { address } = this.#script;
    words.set(program.script, address >>> 2);
    words[controlWords.program] = (words[controlWords.program] as number) + 1;
    words[controlWords.script] = address;
    words[controlWords.values] = address + program.script.length * 4;
    words[controlWords.end] = (address + bytes) >>> 2;
    this.#program = program;
  }

  /** Tells the first fault that a thread has noted. */
  #raiseFaults(): void {
    const { words } = this.#heap;
    let fault: [number, number] | undefined;
    for (let thread = 0; thread < this.limits.threads; thread++) {
      const at = (faultAddress + thread * faultBytes) >> 2;
      if (words[at] === 0) continue;
      words[at] = 0;
      fault ??= [words[at + 1] as number, words[at + 2] as number];
    }
    if (!fault) return;
    const [index, size] = fault;
    throw new IndexError(`index ${index} is out of range for a dimension of size ${size}`, {
      doing: 'running a program on wasm',
      got: `${index}`,
      expected: `an index from 0 to ${size - 1}`,
    });
  }

  #check(): void {
    if (this.#isDisposed) {
      throw new DeviceError('the backend was disposed of', { doing: 'using the wasm backend' });
    }
    if (this.#failure === undefined) return;
    throw new DeviceError('threads could not be started', {
      doing: 'using the wasm backend',
      got: String(this.#failure),
      remedy: 'serve all files of the bundle and allow workers, or make the backend with threads: 1',
    });
  }
}
