import type { Expression, Kernel, LoopKernel, Scalar, ScatterAddKernel } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { ModuleBuilder } from '../assembler/index.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Features } from '../renderer/vector-math.ts';
import { emitContraction } from './contraction/contraction.ts';
import { faultAddress, type KernelModule, parameterTypes } from './kernel-module.ts';
import { emitLoop } from './loop.ts';
import { emitScatterAdd } from './scatter-add.ts';

/** The code of a kernel of any form. */
export function emitKernel(kernel: Kernel, features: Features): KernelModule {
  for (const { dtype } of kernel.bindings) refuseFloat64(dtype);
  kernel.arguments.forEach(refuseFloat64);
  const builder = new ModuleBuilder();
  if (kernel.form === 'contraction') return emitContraction(builder, kernel, features);
  const f = builder.function(parameterTypes(kernel));
  const bindings = kernel.bindings.length;
  const renderer = new Renderer({
    f,
    features,
    bases: kernel.bindings.map((_, i) => f.parameter<'i32'>(i)),
    dtypes: kernel.bindings.map((b) => b.dtype),
    arguments: kernel.arguments.map((_, i) => f.parameter(bindings + i)),
    argumentTypes: kernel.arguments,
    faultAddress,
    roots: rootsOf(kernel),
  });
  if (kernel.form === 'loop') emitLoop(renderer, kernel);
  else emitScatterAdd(renderer, kernel);
  renderer.faults.report();
  return { bytes: builder.finish(f), workspaceBytes: 0, reportsFaults: renderer.faults.used };
}

function rootsOf(kernel: LoopKernel | ScatterAddKernel): Expression[] {
  if (kernel.form === 'routine') return [kernel.index, kernel.value];
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
