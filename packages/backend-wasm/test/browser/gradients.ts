import { programOf } from '@evenkeel/backend';
import type { WasmBackend } from '../../src/index.ts';
import { gradientKernel } from '../attention-kernels.ts';

/** The last derivative of attention that is large enough to be shared among threads, run several times. */
export async function gradients(backend: WasmBackend): Promise<Uint8Array> {
  const { kernel, inputs } = gradientKernel({ batch: [12], rows: 96, depth: 16, causal: true });
  const buffers = inputs.map((data) => {
    const buffer = backend.allocate(data.length * 4);
    backend.write(buffer, Float32Array.from(data));
    return { buffer, offset: 0, length: data.length * 4 };
  });
  const prepared = await backend.prepare(programOf(kernel));
  for (let run = 0; run < 20; run++) backend.run(prepared, { buffers, arguments: [] });
  return backend.read((buffers.at(-1) as (typeof buffers)[number]).buffer);
}
