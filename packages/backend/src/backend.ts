/**
 * The one interface between the library and a device. It is not a list of operations: a backend runs programs, which are
 * plain data made of three kernel forms (`kernel.ts`) over one expression grammar (`expression.ts`). What is computed is
 * written there; how (by rows or columns, vectors, tiles, threads) is the backend's choice.
 */
import type { DType } from './dtype.ts';
import type { Kernel, RoutineName } from './kernel.ts';
import type { Bindings, Program } from './program.ts';

/** Memory on a device. Only the backend that made it knows what it is. */
export interface DeviceBuffer {
  readonly bytes: number;
}

/** A program ready to run. Only the backend that made it knows what it is. */
export interface Prepared {
  readonly program: Program;
}

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** What a device can do, for those who plan for it. */
export interface Limits {
  readonly dtypes: readonly DType[];
  /** Bytes of a stored bool. */
  readonly boolBytes: 1 | 4;
  /** How many bindings a kernel may have: at least 4, for a selection between two tensors reads three and writes one. */
  readonly bindings: number;
  /** At multiples of so many bytes a large buffer goes on in other memory, and what lies in both takes longer: programs avoid it. */
  readonly pieceBytes?: number;
  /** Threads that work on one program. */
  readonly threads: number;
  /** Routines it runs itself; the compiler makes loops of the others. */
  readonly routines: readonly RoutineName[];
  /** How products are added: `fused` rounds once, `separate` twice. Part of what makes a run repeatable bit for bit. */
  readonly arithmetic: 'fused' | 'separate';
  /**
   * Whether float32 numbers below 2^-126 count; `flushed` where the device's own arithmetic may take them for zero and make zeros
   * of them, as WGSL allows. Copies keep them anyway. Default: `kept`.
   */
  readonly subnormals?: 'kept' | 'flushed';
  /** Whether its loops add up columns on their way over rows (`LoopKernel.sums`); the compiler makes kernels of their own otherwise. */
  readonly columnSums?: boolean;
}

export interface Backend {
  readonly name: string;
  readonly limits: Limits;
  /** Compiles a program's kernels, cached by structure. */
  prepare(program: Program): Prepared | Promise<Prepared>;
  /** Memory of undefined content. Throws `DeviceError` saying how much was asked and what is live when there is none. */
  allocate(bytes: number): DeviceBuffer;
  release(buffer: DeviceBuffer): void;
  write(buffer: DeviceBuffer, data: ArrayBufferView, offset?: number): void;
  /**
   * Runs the whole program in order, one submission. A computed index outside its bounds throws `IndexError`: here where
   * the device works synchronously, at the next `read` where it does not.
   */
  run(prepared: Prepared, bindings: Bindings): void;
  /** The code that it makes of a kernel, for people to read; where it has such a thing. */
  source?(kernel: Kernel): string | Promise<string>;
  /**
   * Whether `run` comes back before the work is done. Who reads one result before asking for the next has such a device wait for the host.
   */
  readonly isAsynchronous?: boolean;
  /**
   * Whether the device went, and with it all that was on it, of a backend whose device can. What waits for it is refused then
   * and so is all that is asked of it, except that a buffer's release does nothing.
   */
  readonly isLost?: boolean;
  /** Another backend like this one on a device of its own, for when this one's is lost. Without it, nothing can be lost. */
  reopen?(): Promise<Backend>;
  /** The bytes as they are after everything that was run before; a copy of the caller's own. */
  read(buffer: DeviceBuffer, range?: Range): Promise<Uint8Array<ArrayBuffer>>;
  /** Gives everything back. Releasing a buffer afterwards does nothing. */
  dispose(): void;
}
