import type { Expression, Kernel, Scalar } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { type FunctionBuilder, ModuleBuilder, type ValueType } from '../assembler/index.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Features } from '../renderer/vector-math.ts';
import { emitLoop } from './loop.ts';

/** A kernel as a module whose function takes pointers, then arguments, then the workspace's address if it needs one. */
export interface KernelModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly workspaceBytes: number;
  /** Whether it may tell an index out of range. */
  readonly reportsFaults: boolean;
}

/** Where kernels tell faults. */
export const faultAddress = 64;

export function emitKernel(kernel: Kernel, features: Features): KernelModule {
  for (const { dtype } of kernel.bindings) refuseFloat64(dtype);
  kernel.arguments.forEach(refuseFloat64);
  const builder = new ModuleBuilder();
  if (kernel.form === 'loop') {
    const f = builder.function(parameterTypes(kernel));
    const renderer = kernelRenderer(f, kernel, features, rootsOf(kernel));
    emitLoop(renderer, kernel);
    renderer.faults.report();
    const bytes = builder.finish(f);
    return { bytes, workspaceBytes: 0, reportsFaults: renderer.faults.used };
  }
  throw new Error('not yet');
}

/** Pointers first, then arguments. */
export function parameterTypes(kernel: Kernel): ValueType[] {
  return [
    ...kernel.bindings.map((): ValueType => 'i32'),
    ...kernel.arguments.map((dtype): ValueType => (dtype === 'float32' ? 'f32' : 'i32')),
  ];
}

/** A renderer for a function with the kernel's parameters. */
export function kernelRenderer(
  f: FunctionBuilder,
  kernel: Kernel,
  features: Features,
  roots: readonly Expression[],
): Renderer {
  const bindings = kernel.bindings.length;
  return new Renderer({
    f,
    features,
    bases: kernel.bindings.map((_, i) => f.parameter<'i32'>(i)),
    dtypes: kernel.bindings.map((b) => b.dtype),
    arguments: kernel.arguments.map((_, i) => f.parameter(bindings + i)),
    argumentTypes: kernel.arguments,
    faultAddress,
    roots,
  });
}

function rootsOf(kernel: Kernel & { form: 'loop' }): Expression[] {
  return [
    ...kernel.reductions.map((r) => r.value),
    ...[...kernel.stores, ...kernel.elementStores].flatMap((s) => [s.index, s.value]),
  ];
}

function refuseFloat64(dtype: Scalar): void {
  if (dtype !== 'float64') return;
  throw new DTypeError('float64 does not exist on wasm', {
    doing: 'preparing a kernel',
    remedy: 'use float32, or the cpu backend for float64',
  });
}
