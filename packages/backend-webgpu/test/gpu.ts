import { missing, nodeGpu } from '@evenkeel/node-gpu';
import { type WebgpuBackend, webgpu } from '../src/index.ts';
import type { WebgpuOptions } from '../src/runtime/request-device.ts';

const gpu = await nodeGpu();
if (!gpu && process.env['REQUIRE_BROWSER']) throw new Error(missing);

/** For `test.skipIf`: whether this machine has no GPU, not even one in software. */
export const hasNoGpu = gpu === undefined;

/** A backend on the machine's GPU. */
export function onGpu(options: WebgpuOptions = {}): Promise<WebgpuBackend> {
  return webgpu({ gpu, ...options });
}

/** Lets code find the GPU where pages have it. */
export function provideNavigator(): void {
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}
