import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { setDefaultDtype, useBackend } from '@evenkeel/tensor';

/** One run over all cases: a backend and the dtype of floats. */
export interface Pass {
  name: string;
  backend: 'wasm' | 'cpu' | 'webgpu';
  dtype: 'float32' | 'float64';
}

const passes: readonly Pass[] = [
  { name: 'wasm float32', backend: 'wasm', dtype: 'float32' },
  { name: 'cpu float32', backend: 'cpu', dtype: 'float32' },
  { name: 'cpu float64', backend: 'cpu', dtype: 'float64' },
];

/** The passes of a backend named on the command line. `all` are those of every machine: webgpu needs a GPU and is asked for by name. */
export function passesOf(backend: string): readonly Pass[] {
  if (backend === 'all') return passes;
  if (backend === 'webgpu') return [{ name: 'webgpu float32', backend, dtype: 'float32' }];
  const chosen = passes.filter((pass) => pass.backend === backend);
  if (chosen.length > 0) return chosen;
  throw new Error(`there is no backend ${backend}; there are wasm, cpu, webgpu and all`);
}

const makers: Readonly<Record<Pass['backend'], () => Backend | Promise<Backend>>> = {
  cpu: () => cpu(),
  wasm: () => wasm(),
  async webgpu() {
    const [{ webgpu }, { missing, nodeGpu }] = await Promise.all([
      import('@evenkeel/backend-webgpu'),
      import('@evenkeel/node-gpu'),
    ]);
    const gpu = await nodeGpu();
    if (!gpu) throw new Error(missing);
    return webgpu({ gpu });
  },
};

const made = new Map<string, Backend>();

/** Makes the backend current and its dtype the default. */
export async function enter(pass: Pass): Promise<void> {
  let backend = made.get(pass.backend);
  if (!backend) {
    backend = await makers[pass.backend]();
    made.set(pass.backend, backend);
  }
  useBackend(backend);
  setDefaultDtype(pass.dtype);
}
