import type { Field } from './settings.ts';

export type DeviceName = 'wasm' | 'webgpu';

export const deviceField = {
  label: 'Runs on',
  values: ['wasm', 'webgpu'],
  names: { wasm: 'processor', webgpu: 'GPU' },
  initial: 'wasm',
} as const satisfies Field<DeviceName>;
