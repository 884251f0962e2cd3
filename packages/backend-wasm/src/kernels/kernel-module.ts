import type { Kernel } from '@evenkeel/backend';
import type { ValueType } from '../assembler/index.ts';

/** A kernel as a module whose function takes pointers, then arguments, then the workspace's address if it needs one. */
export interface KernelModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly workspaceBytes: number;
  /** Whether it may tell an index out of range. */
  readonly reportsFaults: boolean;
}

/** Where kernels tell faults. */
export const faultAddress = 64;

/** Pointers first, then arguments. */
export function parameterTypes(kernel: Kernel): ValueType[] {
  return [
    ...kernel.bindings.map((): ValueType => 'i32'),
    ...kernel.arguments.map((dtype): ValueType => (dtype === 'float32' ? 'f32' : 'i32')),
  ];
}
