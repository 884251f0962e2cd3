export type { Float32Behavior } from './runtime/probe.ts';
export type { Float16Behavior } from './runtime/probe-float16.ts';
export type { Tuning, WebgpuOptions } from './runtime/request-device.ts';
export { type DeviceDescription, type WebgpuBackend, webgpu } from './runtime/webgpu-backend.ts';
