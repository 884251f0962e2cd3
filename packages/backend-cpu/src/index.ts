import { type Backend, hasFloat16Array } from '@evenkeel/backend';
import { Memory } from './runtime/memory.ts';
import { Programs } from './runtime/programs.ts';

/**
 * The oracle: a backend that evaluates kernels in the plainest TypeScript, on one thread, in float32 (each operation rounded)
 * or float64; float16 is what its memory may hold. Others are held against it, and gradient checks run on it. For speed take another.
 *
 * Fresh memory is filled with NaN (-1 as int32, a byte 255 as bool), and every index is checked against its binding.
 *
 * ```ts
 * const backend = cpu();
 * const buffer = backend.allocate(16);
 * console.log(new Float64Array((await backend.read(buffer)).buffer)); // prints Float64Array(2) [ NaN, NaN ]
 * backend.write(buffer, Float64Array.of(1, 2));
 * console.log(new Float64Array((await backend.read(buffer)).buffer)); // prints Float64Array(2) [ 1, 2 ]
 * ```
 *
 * @throws DeviceError on double release, use after release, a foreign buffer, no memory; IndexError from `run` where a
 *   `bounded` index was outside its bounds
 */
export function cpu(): Backend {
  const memory = new Memory();
  const programs = new Programs(memory);
  return {
    name: 'cpu',
    limits: {
      dtypes: ['float32', 'float64', ...(hasFloat16Array ? (['float16'] as const) : []), 'int32', 'bool'],
      boolBytes: 1,
      bindings: 64,
      threads: 1,
      routines: ['scatterAdd', 'scan', 'rank', 'attention', 'attentionGradient'],
      arithmetic: 'separate',
    },
    prepare: (program) => programs.prepare(program),
    allocate: (bytes) => memory.allocate(bytes),
    release: (buffer) => memory.release(buffer),
    write(buffer, data, offset = 0) {
      const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      memory.bytesOf(buffer, offset, data.byteLength, 'writing to a buffer').set(source);
    },
    run: (prepared, bindings) => programs.run(prepared, bindings),
    async read(buffer, range = { offset: 0, length: buffer.bytes }) {
      return memory.bytesOf(buffer, range.offset, range.length, 'reading a buffer').slice();
    },
    dispose() {
      programs.dispose();
      memory.dispose();
    },
  };
}
