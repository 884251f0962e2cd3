import { missing, nodeGpu, observe } from '@evenkeel/node-gpu';
import { type WebgpuBackend, webgpu } from '../src/index.ts';
import type { WebgpuOptions } from '../src/runtime/request-device.ts';

export const gpu = await nodeGpu();
if (!gpu && process.env['REQUIRE_BROWSER']) throw new Error(missing);

/** For `test.skipIf`: whether this machine has no GPU, not even one in software. */
export const hasNoGpu = gpu === undefined;

/**
 * A backend on the machine's GPU.
 *
 * @param meet is given the device before the backend is
 * @param limits what the adapter pretends to have, which is what is asked of it
 */
export function onGpu(
  options: WebgpuOptions = {},
  meet: (device: GPUDevice) => void = () => {},
  limits?: Partial<GPUSupportedLimits>,
): Promise<WebgpuBackend> {
  return webgpu({ gpu: gpu && observe(gpu, meet, limits), ...options });
}

/** The limits that every device has at least: what an adapter with none better gives. */
export const leastLimits = {
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16_384,
};

/** Has a device pretend that a shader cannot be given more bytes as one binding. */
export function withMemoriesOf(maxStorageBufferBindingSize: number): (device: GPUDevice) => void {
  const value = { ...leastLimits, maxUniformBufferBindingSize: 65_536, maxStorageBufferBindingSize };
  return (device) => void Object.defineProperty(device, 'limits', { value });
}

/** Lets code find the GPU where pages have it. */
export function provideNavigator(): void {
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}
