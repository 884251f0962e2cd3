import type { Expression, Kernel, Scalar } from '@evenkeel/backend';
import { DeviceError, DTypeError } from '@evenkeel/errors';
import { ModuleBuilder } from '../assembler/index.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Features } from '../renderer/vector-math.ts';
import { emitContraction } from './contraction/contraction.ts';
import { type LoopPlan, planLoop } from './kept-value.ts';
import { faultAddress, type KernelModule, parameterTypes } from './kernel-module.ts';
import { emitLoop } from './loop.ts';
import { emitScatterAdd } from './scatter-add.ts';

/** The code of a kernel of any form. */
export function emitKernel(kernel: Kernel, features: Features): KernelModule {
  for (const { dtype } of kernel.bindings) refuseFloat64(dtype);
  kernel.arguments.forEach(refuseFloat64);
  const builder = new ModuleBuilder();
  if (kernel.form === 'contraction') return emitContraction(builder, kernel, features);
  if (kernel.form === 'routine' && kernel.routine !== 'scatterAdd') throw notOffered(kernel.routine);
  const f = builder.function(parameterTypes(kernel));
  const plan = kernel.form === 'loop' ? planLoop(kernel) : kernel;
  const bindings = kernel.bindings.length;
  const renderer = new Renderer({
    f,
    features,
    bases: kernel.bindings.map((_, i) => f.parameter<'i32'>(i)),
    dtypes: kernel.bindings.map((b) => b.dtype),
    arguments: kernel.arguments.map((_, i) => f.parameter(bindings + i)),
    argumentTypes: kernel.arguments,
    faultAddress,
    roots: 'form' in plan ? [plan.index, plan.value] : loopRoots(plan),
  });
  if ('form' in plan) emitScatterAdd(renderer, plan);
  else emitLoop(renderer, plan);
  renderer.faults.report();
  return { bytes: builder.finish(f), workspaceBytes: 0, reportsFaults: renderer.faults.used };
}

function loopRoots({ kernel, kept }: LoopPlan): Expression[] {
  const { reductions, stores, elementStores } = kernel;
  const all = [...stores, ...elementStores, ...(kept ? [kept] : [])];
  return [...reductions.map((r) => r.value), ...all.flatMap((s) => [s.index, s.value])];
}

/** What `limits.routines` does not name never comes from the compiler, which makes loops of it. */
function notOffered(routine: string): DeviceError {
  return new DeviceError(`wasm does not offer the routine ${routine}`, {
    doing: 'preparing a kernel',
    remedy: 'lower programs for the limits of the backend that runs them',
  });
}

function refuseFloat64(dtype: Scalar): void {
  if (dtype !== 'float64') return;
  throw new DTypeError('float64 does not exist on wasm', {
    doing: 'preparing a kernel',
    remedy: 'use float32, or the cpu backend for float64',
  });
}
