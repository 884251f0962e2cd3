import {
  axis,
  binary,
  type ContractionKernel,
  constant,
  load,
  programOf,
  reduced,
  weightedSum,
} from '@evenkeel/backend';
import type { WasmBackend } from '../../src/index.ts';

const f32 = 'float32' as const;
const [m, n, k] = [301, 203, 150];

/** max(a · b, 0) of numbers that are the same everywhere, several times over; the bits of the last. */
export async function products(backend: WasmBackend): Promise<Uint8Array> {
  const kernel: ContractionKernel = {
    form: 'contraction',
    bindings: [
      { dtype: f32, access: 'read' },
      { dtype: f32, access: 'read' },
      { dtype: f32, access: 'write' },
    ],
    arguments: [],
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    a: load(f32, 0, weightedSum([axis(0), axis(2)], [k, 1])),
    b: load(f32, 1, weightedSum([axis(2), axis(1)], [n, 1])),
    stores: [
      {
        binding: 2,
        index: weightedSum([axis(0), axis(1)], [n, 1]),
        value: binary('max', reduced(f32, 0), constant(f32, 0)),
      },
    ],
  };
  const buffers = [m * k, k * n, m * n].map((length, i) => {
    const buffer = backend.allocate(length * 4);
    backend.write(
      buffer,
      Float32Array.from({ length }, (_, j) => ((j * 7919 + i) % 1009) / 1009 - 0.5),
    );
    return { buffer, offset: 0, length: length * 4 };
  });
  const prepared = await backend.prepare(programOf(kernel));
  for (let run = 0; run < 20; run++) backend.run(prepared, { buffers, arguments: [] });
  return backend.read((buffers[2] as (typeof buffers)[number]).buffer);
}
