import {
  type Backend,
  type Bindings,
  type DeviceBuffer,
  hasFloat16Array,
  type Limits,
  type Prepared,
  type Program,
  type Range,
} from '@evenkeel/backend';
import { DeviceError, EvenKeelError, IndexError } from '@evenkeel/errors';
import { loadLateParts, routines } from '../kernels/compile-kernel.ts';
import type { Profile } from '../kernels/profile.ts';
import { faultWords } from '../renderer/faults.ts';
import type { Tuner } from '../tuning/tuner.ts';
import { BoundMemories } from './bound-memories.ts';
import { Heap, type WebgpuBuffer } from './heap.ts';
import { Pipelines, type ReadyKernel } from './pipelines.ts';
import { type KernelRun, PreparedProgram } from './prepared-program.ts';
import { type Float32Behavior, probe } from './probe.ts';
import { type Float16Behavior, probeFloat16 } from './probe-float16.ts';
import { probeSubgroups } from './probe-subgroups.ts';
import { type Opened, requestDevice, type WebgpuOptions } from './request-device.ts';
import { Staging } from './staging.ts';

const faultBytes = faultWords * 4;
/** Kernels whose pipelines are made at once: waiting for the device to make them takes longer. */
const fewKernels = 2;
/** Milliseconds in which a device that refuses a read says that it is lost, if it is. */
const lossIsTold = 100;

/**
 * Runs programs on the GPU through WebGPU: float32, int32 and bool, and float16 where the GPU has it, in a page and in Node.
 *
 * ```ts
 * const backend = await webgpu();
 * console.log(backend.limits.dtypes.includes('float32')); // prints true
 * const buffer = backend.allocate(8);
 * backend.write(buffer, Float32Array.of(1, 2));
 * console.log(new Float32Array((await backend.read(buffer)).buffer)); // prints Float32Array(2) [ 1, 2 ]
 * backend.dispose();
 * ```
 *
 * @throws DeviceError where there is no WebGPU, no adapter, or one that computes with fewer digits than float32, with what to do
 */
export async function webgpu(options: WebgpuOptions = {}): Promise<WebgpuBackend> {
  const opened = await requestDevice(options);
  const { adapter, device } = opened;
  const { architecture, isFallbackAdapter } = adapter.info;
  const { sharedMemory = architecture !== 'swiftshader' && !isFallbackAdapter } = options;
  const { subgroups: mayUse = sharedMemory, acceptDegraded, tuning } = options;
  const float32 = await probe(device, acceptDegraded);
  const float16 = device.features.has('shader-f16') ? await probeFloat16(device) : 'absent';
  const subgroups = mayUse && device.features.has('subgroups') ? await probeSubgroups(device) : 0;
  const profile = { sharedMemory, subgroups: subgroups > 0 };
  const tuner = await tuning?.(adapter, device, profile);
  const tuned = { ...profile, tuned: tuner?.choice };
  return new WebgpuBackend(opened, { float32, float16, subgroups }, options, tuned, tuner);
}

/** What is known of the adapter and of how it computes. */
export interface DeviceDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  readonly float32: Float32Behavior;
  /** How it computes with float16, in which kernels store; `absent` without the feature `shader-f16`. */
  readonly float16: Float16Behavior | 'absent';
  /** How many invocations run in step and give each other their values directly; 0 where they do not, or were asked not to. */
  readonly subgroups: number;
}

/**
 * What `webgpu()` gives: the backend interface, and what is known of the device and its memory.
 *
 * ```ts
 * const backend = await webgpu();
 * const buffer = backend.allocate(4000);
 * console.log(backend.liveBytes >= 4000, backend.memoryBytes >= backend.liveBytes); // prints true true
 * backend.release(buffer);
 * console.log(backend.liveBytes); // prints 0
 * console.log(Object.keys(backend.device.float32).join(' ')); // prints precision arithmetic subnormals division squareRoot nan
 * backend.dispose();
 * ```
 */
export class WebgpuBackend implements Backend {
  readonly name = 'webgpu';
  readonly isAsynchronous = true;
  readonly limits: Limits;
  readonly device: DeviceDescription;
  /** Node's binding ends with its last reference, in use or not. */
  readonly #opened: Opened;
  readonly #options: WebgpuOptions;
  readonly #tuner: Tuner | undefined;
  readonly #gpu: GPUDevice;
  readonly #heap: Heap;
  readonly #pipelines: Pipelines;
  readonly #staging: Staging;
  readonly #waiting = new Set<(error: DeviceError) => void>();
  #groups = new Map<string, GPUBindGroup>();
  #groupsEpoch = -1;
  #parameters: GPUBuffer;
  #workspace: WebgpuBuffer | undefined;
  #mayHaveFaults = false;
  /** What the device told of and nobody has heard yet. */
  #failure: DeviceError | undefined;
  /** Why nothing can be computed any more. */
  #end: DeviceError | undefined;
  #isLost = false;

  constructor(
    opened: Opened,
    numbers: Pick<DeviceDescription, 'float32' | 'float16' | 'subgroups'>,
    options: WebgpuOptions,
    profile: Profile,
    tuner?: Tuner,
  ) {
    const { float32, float16 } = numbers;
    const hasHalves = hasFloat16Array && float16 !== 'absent' && float16.precision === 'full';
    const { adapter, device } = opened;
    this.#opened = opened;
    this.#options = options;
    this.#tuner = tuner;
    this.#gpu = device;
    const { vendor, architecture, description } = adapter.info;
    const { maximumBytes = Number.POSITIVE_INFINITY } = options;
    this.device = { vendor, architecture, description, features: [...device.features].sort(), ...numbers };
    const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = device.limits;
    const memoryBytes = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 256) * 256;
    this.limits = {
      dtypes: ['float32', ...(hasHalves ? (['float16'] as const) : []), 'int32', 'bool'],
      boolBytes: 4,
      bindings: 64,
      pieceBytes: memoryBytes,
      threads: 1,
      routines,
      arithmetic: float32.arithmetic,
      subnormals: float32.subnormals,
    };
    this.#heap = new Heap(device, {
      memoryBytes,
      memories: maxStorageBuffersPerShaderStage,
      maximumBytes,
      reservedBytes: faultBytes,
      onFailure: (error) => this.#close(error),
    });
    this.#pipelines = new Pipelines(device, profile);
    this.#staging = new Staging(device);
    this.#parameters = this.#parameterBuffer(2 ** 14);
    device.addEventListener('uncapturederror', (event) => this.#note((event as GPUUncapturedErrorEvent).error));
    void device.lost.then(({ reason, message }) => {
      this.#isLost = this.#end === undefined;
      this.#close(
        new DeviceError('the GPU was lost', {
          doing: 'using the webgpu backend',
          got: `${reason}: ${message}`,
          remedy: 'make a new backend and restore the last snapshot: what was in its memory is gone',
        }),
      );
    });
  }

  /** Whether the device went by itself, and with it all that was in its memory. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Asks for another device, with the options that this backend was made with. */
  reopen(): Promise<WebgpuBackend> {
    return webgpu(this.#options);
  }

  /** Bytes in buffers that were not released, padding included. */
  get liveBytes(): number {
    return this.#heap.liveBytes;
  }

  /** Bytes of the GPU's memory that the backend has, in use or not. */
  get memoryBytes(): number {
    return this.#heap.totalBytes;
  }

  /** At once, unless the program is the first with something that is loaded late, has products to be measured or many kernels that are new. */
  prepare(program: Program): PreparedProgram | Promise<PreparedProgram> {
    this.#check('preparing a program');
    const first = loadLateParts(program.steps) ?? this.#tuner?.tune(program);
    if (first) return first.then(() => this.prepare(program));
    const prepared = new PreparedProgram(program, this.#pipelines);
    const { maxUniformBufferBindingSize } = this.#gpu.limits;
    if (prepared.blockBytes > maxUniformBufferBindingSize) {
      throw new DeviceError('a kernel has more arguments than the GPU takes', {
        doing: 'preparing a program on webgpu',
        got: `${prepared.blockBytes} bytes of bindings and arguments`,
        expected: `at most ${maxUniformBufferBindingSize} bytes`,
      });
    }
    const missing = new Set<ReadyKernel>();
    for (const { ready } of prepared.runs) {
      // What is mostly met.
      const likely = ready.vectors ?? ready;
      if (!this.#pipelines.has(likely)) missing.add(likely);
    }
    if (missing.size <= fewKernels) {
      for (const ready of missing) this.#pipelines.make(ready);
      return prepared;
    }
    return this.#unlessLost(
      Promise.all([...missing].map((ready) => this.#pipelines.makeAhead(ready))).then(() => prepared),
    );
  }

  allocate(bytes: number): WebgpuBuffer {
    this.#check('allocating');
    return this.#heap.allocate(bytes);
  }

  release(buffer: DeviceBuffer): void {
    if (!this.#end) this.#heap.release(buffer as WebgpuBuffer);
  }

  write(buffer: DeviceBuffer, data: ArrayBufferView, offset = 0): void {
    const address = this.#address(buffer, offset, data.byteLength, 'writing');
    const rest = data.byteLength % 4;
    const isPadding = rest > 0 && offset + data.byteLength === buffer.bytes;
    if (offset % 4 !== 0 || (rest > 0 && !isPadding)) {
      throw new DeviceError('webgpu writes whole words', {
        doing: 'writing a buffer on webgpu',
        got: `${data.byteLength} bytes at offset ${offset} of ${buffer.bytes}`,
        expected: 'multiples of 4',
      });
    }
    let bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    if (rest > 0) {
      const padded = new Uint8Array(data.byteLength + 4 - rest);
      padded.set(bytes);
      bytes = padded;
    }
    for (const piece of this.#heap.pieces(buffer as WebgpuBuffer, address, bytes.length)) {
      this.#gpu.queue.writeBuffer(piece.buffer, piece.offset, bytes, piece.from, piece.bytes);
    }
  }

  run(prepared: Prepared, { buffers, arguments: given }: Bindings): void {
    this.#check('running a program');
    if (!(prepared instanceof PreparedProgram) || prepared.owner !== this.#pipelines) {
      throw new DeviceError('this program was prepared by another backend', { doing: 'running a program on webgpu' });
    }
    const { program, runs, blockBytes } = prepared;
    if (buffers.length !== program.bindings.length || given.length !== program.arguments.length) {
      throw new EvenKeelError('a program got the wrong number of bindings or arguments', {
        doing: 'running a program on webgpu',
        got: `${buffers.length} bindings, ${given.length} arguments`,
        expected: `${program.bindings.length} bindings, ${program.arguments.length} arguments`,
      });
    }
    const ranges = buffers.map(({ buffer, offset, length }) => ({
      buffer: buffer as WebgpuBuffer,
      address: this.#address(buffer, offset, length, 'running'),
      length,
    }));
    if (runs.length === 0) return;
    // One more that all kernels have; where none needs it, it is something else.
    const workspace = prepared.workspaceBytes > 0 ? this.#workspaceOf(prepared.workspaceBytes) : ranges[0]?.buffer;
    if (workspace) ranges.push({ buffer: workspace, address: workspace.address, length: workspace.bytes });
    const bound = new BoundMemories(ranges, this.#heap.memoryBytes);
    runs.forEach((run, r) => {
      fillParameters(prepared, run, (r * blockBytes) / 4, bound, given);
    });
    if (prepared.words.byteLength > this.#parameters.size) {
      this.#parameters.destroy();
      this.#parameters = this.#parameterBuffer(2 ** Math.ceil(Math.log2(prepared.words.byteLength)));
      this.#groups.clear();
    }
    this.#gpu.queue.writeBuffer(this.#parameters, 0, prepared.words);
    const { memories } = bound;
    const group = this.#group(memories, blockBytes);
    const encoder = this.#gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    runs.forEach(({ ready, bindings, moved }, r) => {
      pass.setBindGroup(0, group, [r * blockBytes]);
      const places = bindings.map((b, i) => bound.placeOf(b, moved[i] as number));
      const isAligned =
        places.every(({ length }) => length === 1) &&
        bindings.every((b, i) => bound.wordOf(b, moved[i] as number) % 4 === 0);
      places.push(bound.placeOf(buffers.length, 0));
      const chosen = (isAligned && ready.vectors) || ready;
      this.#pipelines.make(chosen, places, memories.length).forEach((pipeline, s) => {
        pass.setPipeline(pipeline);
        pass.dispatchWorkgroups(...(chosen.compiled.stages[s] as (typeof chosen.compiled.stages)[number]).grid);
      });
    });
    pass.end();
    this.#gpu.queue.submit([encoder.finish()]);
    if (prepared.reportsFaults) this.#mayHaveFaults = true;
  }

  async read(buffer: DeviceBuffer, range?: Range): Promise<Uint8Array<ArrayBuffer>> {
    const { offset, length } = range ?? { offset: 0, length: buffer.bytes };
    const address = this.#address(buffer, offset, length, 'reading');
    const { memoryBytes } = this.#heap;
    if (length > memoryBytes) {
      const result = new Uint8Array(length);
      const starts = Array.from({ length: Math.ceil(length / memoryBytes) }, (_, i) => i * memoryBytes);
      const read = async (start: number): Promise<void> => {
        const part = { offset: offset + start, length: Math.min(memoryBytes, length - start) };
        result.set(await this.read(buffer, part), start);
      };
      // All are asked for at once, before anything else is run.
      await Promise.all(starts.map(read));
      return result;
    }
    const [begin, end] = [Math.floor(address / 4) * 4, Math.ceil((address + length) / 4) * 4];
    const bytes = end - begin;
    const size = bytes + faultBytes;
    const staging = this.#staging.take(size);
    const encoder = this.#gpu.createCommandEncoder();
    for (const piece of this.#heap.pieces(buffer as WebgpuBuffer, begin, bytes)) {
      encoder.copyBufferToBuffer(piece.buffer, piece.offset, staging, piece.from, piece.bytes);
    }
    const looksForFaults = this.#mayHaveFaults;
    if (looksForFaults) {
      const first = this.#heap.gpuBuffer(0);
      encoder.copyBufferToBuffer(first, 0, staging, bytes, faultBytes);
      encoder.clearBuffer(first, 0, faultBytes);
      this.#mayHaveFaults = false;
    }
    this.#gpu.queue.submit([encoder.finish()]);
    await this.#unlessLost(staging.mapAsync(1, 0, size));
    const mapped = staging.getMappedRange(0, size);
    const result = new Uint8Array(mapped, address - begin, length).slice();
    const fault = looksForFaults ? new Int32Array(mapped, bytes, faultWords).slice() : undefined;
    staging.unmap();
    this.#staging.give(staging);
    this.#check('reading a buffer');
    if (fault && fault[0] !== 0) throw indexError(fault[1] as number, fault[2] as number);
    return result;
  }

  dispose(): void {
    if (this.#end) return;
    this.#pipelines.clear();
    this.#close(new DeviceError('the backend was disposed of', { doing: 'using the webgpu backend' }));
    this.#opened.device.destroy();
  }

  #group(memories: readonly number[], blockBytes: number): GPUBindGroup {
    if (this.#groupsEpoch !== this.#heap.epoch) {
      this.#groups = new Map();
      this.#groupsEpoch = this.#heap.epoch;
    }
    const key = `${memories}:${blockBytes}`;
    let group = this.#groups.get(key);
    if (!group) {
      const entries: GPUBindGroupEntry[] = [
        { binding: 0, resource: { buffer: this.#parameters, offset: 0, size: blockBytes } },
        ...memories.map((memory, m) => ({ binding: m + 1, resource: { buffer: this.#heap.gpuBuffer(memory) } })),
      ];
      group = this.#gpu.createBindGroup({ layout: this.#pipelines.layout(memories.length).group, entries });
      this.#groups.set(key, group);
    }
    return group;
  }

  #parameterBuffer(size: number): GPUBuffer {
    return this.#gpu.createBuffer({ size, usage: 0x40 | 0x08 }); // UNIFORM | COPY_DST
  }

  /** One scratch area for all kernels, which run one after another. */
  #workspaceOf(bytes: number): WebgpuBuffer {
    if (this.#workspace === undefined || this.#workspace.bytes < bytes) {
      if (this.#workspace) this.#heap.release(this.#workspace);
      this.#workspace = undefined;
      this.#workspace = this.#heap.allocate(bytes);
    }
    return this.#workspace;
  }

  /** The address of a range, which must lie in a buffer that is alive. */
  #address(buffer: DeviceBuffer, offset: number, length: number, doing: string): number {
    this.#check(`${doing} a buffer`);
    const { address, bytes } = buffer as WebgpuBuffer;
    this.#heap.check(buffer as WebgpuBuffer, doing);
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes)) {
      throw new DeviceError('the range does not lie in the buffer', {
        doing: `${doing} a buffer on webgpu`,
        got: `${length} bytes at offset ${offset}`,
        expected: `a range within its ${bytes} bytes`,
      });
    }
    return address + offset;
  }

  /** Tells what the device told. */
  #check(doing: string): void {
    if (this.#end) throw this.#end;
    const failure = this.#failure;
    if (!failure) return;
    this.#failure = undefined;
    throw new DeviceError(failure.summary, { doing: `${doing} on webgpu`, got: failure.got, remedy: failure.remedy });
  }

  #note(error: GPUError): void {
    const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
    this.#failure ??= new DeviceError(isMemory ? 'the GPU has no memory left' : 'the GPU refused what it was asked', {
      got: isMemory
        ? `${this.#heap.liveBytes} bytes live in ${this.#heap.liveBuffers} buffers; ${error.message}`
        : error.message,
      remedy: isMemory
        ? 'use smaller batches, or release what is no longer needed'
        : 'this is a bug in the backend, not in your code: please report it with this text',
    });
  }

  #close(error: DeviceError): void {
    this.#end ??= error;
    for (const reject of this.#waiting) reject(this.#end);
  }

  /** A promise that is kept, or broken when the device goes: nothing waits for a device that is gone. */
  #unlessLost<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (error: unknown): void => {
        this.#waiting.delete(stop);
        reject(this.#end ?? error);
      };
      this.#waiting.add(stop);
      promise.then(
        (value) => {
          this.#waiting.delete(stop);
          resolve(value);
        },
        // That the device is lost explains better, and may be told a little later.
        (error) => void setTimeout(stop, error instanceof DeviceError ? 0 : lossIsTold, error),
      );
    });
  }
}

/** Writes the parameters of one kernel: where its bindings begin, its arguments, where its workspace begins. */
function fillParameters(
  { words, floats, program }: PreparedProgram,
  { kernel, bindings, moved, arguments: own }: KernelRun,
  start: number,
  bound: BoundMemories,
  given: readonly number[],
): void {
  let at = start;
  for (let i = 0; i < bindings.length; i++) {
    // What is half a word long is counted in halves.
    const perWord = kernel.bindings[i]?.dtype === 'float16' ? 2 : 1;
    words[at++] = perWord * bound.wordOf(bindings[i] as number, moved[i] as number);
  }
  for (const argument of own) {
    const value = given[argument] as number;
    const dtype = program.arguments[argument];
    if (dtype === 'float32') floats[at++] = value;
    else words[at++] = dtype === 'bool' ? Number(value !== 0) : value;
  }
  words[at] = bound.wordOf(program.bindings.length, 0);
}

function indexError(index: number, size: number): IndexError {
  return new IndexError(`index ${index} is out of range for a dimension of size ${size}`, {
    doing: 'running a program on webgpu',
    got: `${index}`,
    expected: `an index from 0 to ${size - 1}`,
  });
}
