import type { Backend, Limits } from '@evenkeel/backend';
import { type Counters, Tally } from './runtime/counters.ts';
import { Memory } from './runtime/memory.ts';
import { Programs } from './runtime/programs.ts';

export type { Counters } from './runtime/counters.ts';

/** A backend that plans and runs nothing, and counts what it is asked to do. */
export interface NullBackend extends Backend {
  /** Always up to date; take the difference of two moments to count what lies between. */
  readonly counters: Counters;
}

/**
 * Makes a backend that runs nothing: tests count kernels, runs and bytes with it. Whatever is read is 0. Misuse of buffers
 * (double release, use after release, ranges outside), and kernels that bind too much, are refused as on a real one.
 *
 * ```ts
 * const backend = nullBackend({ bindings: 8 });
 * const buffer = backend.allocate(4000);
 * console.log(backend.counters.liveBytes, backend.counters.buffers, backend.limits.bindings); // prints 4000 1 8
 * backend.release(buffer);
 * console.log(backend.counters.liveBytes, backend.counters.peakBytes); // prints 0 4000
 * ```
 *
 * @param limits what the pretended device can do, so that plans for any device can be counted. Defaults: float32, float16,
 *   int32 and bool of 4 bytes, 64 bindings, 1 thread, scatterAdd and attention, fused arithmetic.
 * @throws DeviceError on double release, use after release, a foreign buffer, a range outside its buffer, or a kernel with more bindings
 *   than the limit
 */
export function nullBackend(limits: Partial<Limits> = {}): NullBackend {
  const counters = new Tally();
  const memory = new Memory(counters);
  const all: Limits = {
    dtypes: ['float32', 'float16', 'int32', 'bool'],
    boolBytes: 4,
    bindings: 64,
    threads: 1,
    routines: ['scatterAdd', 'attention', 'attentionGradient'],
    arithmetic: 'fused',
    ...limits,
  };
  const programs = new Programs(memory, counters, all);
  return {
    name: 'null',
    counters,
    limits: all,
    prepare: (program) => programs.prepare(program),
    allocate: (bytes) => memory.allocate(bytes),
    release: (buffer) => memory.release(buffer),
    write: (buffer, data, offset = 0) => memory.check(buffer, offset, data.byteLength, 'writing to a buffer'),
    run: (prepared, bindings) => programs.run(prepared, bindings),
    async read(buffer, range = { offset: 0, length: buffer.bytes }) {
      memory.check(buffer, range.offset, range.length, 'reading a buffer');
      return new Uint8Array(range.length);
    },
    dispose: () => memory.dispose(),
  };
}
