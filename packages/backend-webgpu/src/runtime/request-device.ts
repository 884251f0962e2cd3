import { DeviceError } from '@evenkeel/errors';
import type { Profile } from '../kernels/profile.ts';
import type { Tuner } from '../tuning/tuner.ts';

/** Makes what finds the fastest way of computing products on a device. */
export type Tuning = (adapter: GPUAdapter, device: GPUDevice, profile: Profile) => Promise<Tuner>;

export interface WebgpuOptions {
  /**
   * Where adapters come from. Default: `navigator.gpu`. Node has none of its own: give it the one of the package `webgpu`,
   * `create([])`.
   */
  readonly gpu?: GPU | undefined;
  /** Which adapter is wanted where there are several. Default: the browser's choice. */
  readonly powerPreference?: GPUPowerPreference | undefined;
  /** How far memory may grow, in bytes. Default: what the adapter lets a shader reach. */
  readonly maximumBytes?: number | undefined;
  /**
   * Whether invocations of a workgroup work together through shared memory. Default: unless the adapter is one in software, which
   * runs them one after another and takes a hundred times longer to make such a shader.
   */
  readonly sharedMemory?: boolean | undefined;
  /**
   * Whether invocations that run in step give each other their values directly (WebGPU's subgroups). Default: where shared memory is
   * used, and the device has the feature and numbers them as sums take for granted.
   */
  readonly subgroups?: boolean | undefined;
  /**
   * What measures every product of matrices of a program once, before the program runs for the first time: `tuneProducts(store)` of
   * `@evenkeel/backend-webgpu/tuning`. The order of float32 sums may then be another than without. Default: nothing is measured,
   * products are cut as a table says.
   */
  readonly tuning?: Tuning | undefined;
  /** Whether a GPU will do that computes float32 with fewer digits than float32 has. Default: no, it is refused. */
  readonly acceptDegraded?: boolean | undefined;
}

/** Limits that are asked for as far as the adapter has them; the others are as every device has them. */
const wanted = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
] as const;

export interface Opened {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
}

/** @throws DeviceError where there is no WebGPU, no adapter, or the adapter gives no device */
export async function requestDevice({ gpu, powerPreference }: WebgpuOptions): Promise<Opened> {
  const from = gpu ?? (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (!from) {
    throw new DeviceError('there is no WebGPU here', {
      doing: 'making the webgpu backend',
      expected: 'navigator.gpu, or the option gpu',
      remedy:
        'in a page use a browser that has it, over https or localhost; in Node install the package "webgpu" and give gpu: create([])',
    });
  }
  const adapter = await from.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) {
    throw new DeviceError('WebGPU found no adapter', {
      doing: 'making the webgpu backend',
      remedy: 'look at what the browser (chrome://gpu) or the Vulkan driver says, or use the backend wasm',
    });
  }
  const requiredLimits: Record<string, number> = {};
  for (const name of wanted) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = (['subgroups', 'shader-f16', 'timestamp-query'] as GPUFeatureName[]).filter((feature) =>
    adapter.features.has(feature),
  );
  try {
    const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
    return { gpu: from, adapter, device };
  } catch (cause) {
    throw new DeviceError('the WebGPU adapter gives no device', {
      doing: 'making the webgpu backend',
      got: String(cause),
      cause,
    });
  }
}
