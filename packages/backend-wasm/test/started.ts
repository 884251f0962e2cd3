/** Backends with threads that have all started. */
import { type WasmBackend, type WasmOptions, wasm } from '../src/index.ts';

export async function withThreads(threads: number, options: WasmOptions = {}): Promise<WasmBackend> {
  const backend = wasm({ ...options, threads });
  while (backend.threads < threads) await new Promise((resolve) => setTimeout(resolve, 5));
  return backend;
}
