import type { Expression, Kernel, RoutineKernel, RoutineName, Scalar } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { ModuleBuilder } from '../assembler/index.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Features } from '../renderer/vector-math.ts';
import { emitContraction } from './contraction/contraction.ts';
import { type LoopPlan, planLoop } from './kept-value.ts';
import { faultAddress, type KernelModule, parameterTypes } from './kernel-module.ts';
import { emitLoop } from './loop.ts';
import { emitRank, rankScratchBytes } from './rank.ts';
import { emitScan } from './scan.ts';
import { emitScatterAdd } from './scatter-add.ts';

/** The routines there are; a routine that the contract gains does not type-check before it is here. */
export const routines: readonly RoutineName[] = Object.keys({
  scatterAdd: true,
  scan: true,
  rank: true,
} satisfies Record<RoutineName, true>) as RoutineName[];

/** The code of a kernel of any form. */
export function emitKernel(kernel: Kernel, features: Features): KernelModule {
  for (const { dtype } of kernel.bindings) refuseFloat64(dtype);
  kernel.arguments.forEach(refuseFloat64);
  const builder = new ModuleBuilder();
  if (kernel.form === 'contraction') return emitContraction(builder, kernel, features);
  const workspaceBytes = kernel.form === 'routine' && kernel.routine === 'rank' ? rankScratchBytes(kernel) : 0;
  const types = parameterTypes(kernel);
  const f = builder.function(workspaceBytes > 0 ? [...types, 'i32'] : types);
  const plan = kernel.form === 'loop' ? planLoop(kernel) : kernel;
  const bindings = kernel.bindings.length;
  const renderer = new Renderer({
    f,
    features,
    // Behind the bindings comes the workspace, if there is one.
    bases: [...kernel.bindings.keys(), ...(workspaceBytes > 0 ? [types.length] : [])].map((i) => f.parameter<'i32'>(i)),
    dtypes: [...kernel.bindings.map((b) => b.dtype), 'int32'],
    arguments: kernel.arguments.map((_, i) => f.parameter(bindings + i)),
    argumentTypes: kernel.arguments,
    faultAddress,
    roots: 'form' in plan ? routineRoots(plan) : loopRoots(plan),
  });
  if ('form' in plan) emitRoutine(renderer, plan);
  else emitLoop(renderer, plan);
  renderer.faults.report();
  return { bytes: builder.finish(f), workspaceBytes, reportsFaults: renderer.faults.used };
}

function emitRoutine(renderer: Renderer, kernel: RoutineKernel): void {
  switch (kernel.routine) {
    case 'scatterAdd':
      emitScatterAdd(renderer, kernel);
      break;
    case 'scan':
      emitScan(renderer, kernel);
      break;
    case 'rank':
      emitRank(renderer, kernel, kernel.bindings.length);
      break;
  }
}

function routineRoots(kernel: RoutineKernel): Expression[] {
  return kernel.routine === 'scatterAdd' ? [kernel.index, kernel.value] : [kernel.value];
}

function loopRoots({ kernel, kept }: LoopPlan): Expression[] {
  const { reductions, stores, elementStores } = kernel;
  const all = [...stores, ...elementStores, ...(kept ? [kept] : [])];
  return [...reductions.map((r) => r.value), ...all.flatMap((s) => [s.index, s.value])];
}

function refuseFloat64(dtype: Scalar): void {
  if (dtype !== 'float64') return;
  throw new DTypeError('float64 does not exist on wasm', {
    doing: 'preparing a kernel',
    remedy: 'use float32, or the cpu backend for float64',
  });
}
