import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import * as wasm from '@evenkeel/backend-wasm';
import { setDefaultDtype, useBackend } from '@evenkeel/tensor';

/** One run over all cases: a backend and the dtype of floats. */
export interface Pass {
  name: string;
  backend: 'wasm' | 'cpu';
  dtype: 'float32' | 'float64';
}

const passes: readonly Pass[] = [
  { name: 'wasm float32', backend: 'wasm', dtype: 'float32' },
  { name: 'cpu float32', backend: 'cpu', dtype: 'float32' },
  { name: 'cpu float64', backend: 'cpu', dtype: 'float64' },
];

/** The passes of a backend named on the command line. */
export function passesOf(backend: string): readonly Pass[] {
  if (backend === 'all') return passes;
  const chosen = passes.filter((pass) => pass.backend === backend);
  if (chosen.length > 0) return chosen;
  if (backend === 'webgpu') throw new Error('the backend webgpu does not exist yet; there are wasm, cpu and all');
  throw new Error(`there is no backend ${backend}; there are wasm, cpu and all`);
}

const made = new Map<string, Backend>();

/** Makes the backend current and its dtype the default. */
export async function enter(pass: Pass): Promise<void> {
  let backend = made.get(pass.backend);
  if (!backend) {
    backend = pass.backend === 'cpu' ? cpu() : await (wasm as unknown as { wasm(): Backend | Promise<Backend> }).wasm();
    made.set(pass.backend, backend);
  }
  useBackend(backend);
  setDefaultDtype(pass.dtype);
}
