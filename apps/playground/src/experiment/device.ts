import { wasm } from '@evenkeel/backend-wasm';
import type { Backend } from '@evenkeel/tensor';
import type { DeviceName } from './device-field.ts';

/** One core is left to the page. */
const MOST_THREADS = 4;

/** Opens a device; what a GPU needs is loaded only for one. */
export async function openDevice(name: DeviceName): Promise<Backend> {
  if (name === 'webgpu') {
    const { webgpu } = await import('@evenkeel/backend-webgpu');
    return webgpu();
  }
  const threads = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency - 1));
  return wasm({ threads: crossOriginIsolated ? threads : 1 });
}
