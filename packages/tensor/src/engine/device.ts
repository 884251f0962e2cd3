import {
  type Backend,
  type Binding,
  type DeviceBuffer,
  type DType,
  getOrMake,
  type Prepared,
  type Program,
} from '@evenkeel/backend';
import { DeviceError, DTypeError } from '@evenkeel/errors';
import type { Tensor } from '../tensor.ts';
import type { Lifetime } from './lifetime.ts';
import { Queue } from './queue.ts';

/** Programs that are kept prepared. A loop of changing shapes beyond this prepares some again. */
const cacheLimit = 8192;

/** A program and what the backend made of it. */
export interface PreparedProgram {
  readonly program: Program;
  /** A promise until it is there: what runs after that runs at once. */
  prepared: Prepared | Promise<Prepared>;
}

/** What one operation's program needs at run time, remembered by the operation's structure. */
export interface PreparedOperation extends PreparedProgram {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A backend in use: its queue, its prepared operations, and what is alive on it. */
export class Device {
  readonly backend: Backend;
  readonly queue = new Queue();
  readonly operations = new Map<string, PreparedOperation>();
  /** Memory handed out, in bytes. */
  bytes = 0;
  peakBytes = 0;
  /** Tensors that have memory. */
  tensors = 0;
  /** Which these are, where the device can be lost. */
  readonly alive: Map<Lifetime, WeakRef<Tensor>> | undefined;

  constructor(backend: Backend) {
    this.backend = backend;
    this.alive = backend.reopen && new Map();
  }

  allocate(bytes: number): DeviceBuffer {
    const buffer = this.backend.allocate(bytes);
    this.bytes += bytes;
    if (this.bytes > this.peakBytes) this.peakBytes = this.bytes;
    return buffer;
  }

  release(buffer: DeviceBuffer, bytes: number): void {
    this.bytes -= bytes;
    this.queue.push(() => this.backend.release(buffer));
  }

  prepare(program: Program): PreparedProgram {
    const made: PreparedProgram = { program, prepared: this.backend.prepare(program) };
    if (made.prepared instanceof Promise) {
      // What fails is told by the queue, to the first that runs it.
      made.prepared.then(
        (ready) => {
          made.prepared = ready;
        },
        () => undefined,
      );
    }
    return made;
  }

  run({ prepared }: PreparedProgram, buffers: readonly Binding[], numbers: readonly number[]): void {
    this.queue.after(prepared, (ready) => this.backend.run(ready, { buffers, arguments: numbers }));
  }

  remember(key: string, operation: PreparedOperation): void {
    if (this.operations.size >= cacheLimit) {
      // The oldest goes: a Map iterates in the order of insertion.
      this.operations.delete(this.operations.keys().next().value as string);
    }
    this.operations.set(key, operation);
  }

  expectDType(dtype: DType): void {
    const { dtypes } = this.backend.limits;
    if (dtypes.includes(dtype)) return;
    throw new DTypeError(`the ${this.backend.name} backend has no ${dtype}`, {
      got: dtype,
      expected: dtypes.join(', '),
      remedy: 'choose another dtype, or a backend that has it: "cpu" has all, "webgpu" mostly float16',
    });
  }
}

let current: Device | undefined;
const devices = new WeakMap<Backend, Device>();

/**
 * Chooses the backend on which new tensors are made. Tensors stay where they were made.
 *
 * @example
 * useBackend(wasm());
 */
export function useBackend(backend: Backend): void {
  current = getOrMake(devices, backend, () => new Device(backend));
}

/** The backend chosen by `useBackend`. Throws `DeviceError` if none is. */
export function currentBackend(): Backend {
  return currentDevice().backend;
}

export function currentDevice(): Device {
  if (current) return current;
  throw new DeviceError('no backend is chosen', {
    remedy: "choose one first: useBackend(wasm()), with wasm from '@evenkeel/backend-wasm'",
  });
}

export interface MemoryUse {
  /** Bytes handed out and not given back. */
  readonly bytes: number;
  /** The most bytes that were handed out at once. */
  readonly peakBytes: number;
  /** Tensors that have memory; a constant such as `zeros` has none until it needs some. */
  readonly tensors: number;
}

/** What is alive on the current backend. */
export function memory(): MemoryUse {
  const { bytes, peakBytes, tensors } = currentDevice();
  return { bytes, peakBytes, tensors };
}
