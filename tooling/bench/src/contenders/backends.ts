import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { nullBackend } from '@evenkeel/backend-null';
import { joinVectors, wasm } from '@evenkeel/backend-wasm';

export interface BackendOptions {
  readonly threads: number;
  /** Whether relaxed SIMD may be used. */
  readonly relaxed: boolean;
  /** Whether vectors are joined to 256 bits. */
  readonly wide: boolean;
}

/** The backends that can be timed. */
export const backends: Readonly<Record<string, (options: BackendOptions) => Backend | Promise<Backend>>> = {
  wasm: ({ threads, relaxed, wide }) => {
    const joined = wide ? joinVectors() : undefined;
    if (wide && !joined) throw new Error('vectors are joined in Node 26 or newer on x64 only');
    return wasm({ threads, relaxed, wide: joined });
  },
  cpu: () => cpu(),
  null: () => nullBackend(),
  webgpu: async () => {
    const [{ webgpu }, { provideGpu }] = await Promise.all([
      import('@evenkeel/backend-webgpu'),
      import('@evenkeel/node-gpu'),
    ]);
    return webgpu({ gpu: await provideGpu() });
  },
};

/** @throws Error when the backend does not run on as many threads as asked: the figures would carry a wrong name */
export async function makeBackend(name: string, options: BackendOptions): Promise<Backend> {
  const backend = await backends[name]!(options);
  if (backend.limits.threads !== options.threads) {
    throw new Error(`the backend ${name} runs on ${backend.limits.threads} threads here, not ${options.threads}`);
  }
  return backend;
}
