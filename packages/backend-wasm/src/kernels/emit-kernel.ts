import {
  type Expression,
  type Kernel,
  type LoopKernel,
  type RoutineName,
  type Scalar,
  sizeOf,
  storedParts,
} from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import type { Features } from '../renderer/vector-math.ts';
import { stageSums } from './column-sums.ts';
import { emitContraction } from './contraction/contraction.ts';
import { type LoopPlan, planLoop } from './early-stores.ts';
import { KernelEmitter } from './kernel-emitter.ts';
import type { KernelModule } from './kernel-module.ts';
import { emitLoop } from './loop.ts';
import { loaded } from './on-demand.ts';
import { emitScatterAdd } from './scatter-add.ts';
import { stageReduction } from './staged-reduction.ts';
import { stageValues } from './staged-values.ts';

/** The routines there are; a routine that the contract gains does not type-check before it is here. */
export const routines: readonly RoutineName[] = Object.keys({
  scatterAdd: true,
  scan: true,
  rank: true,
  attention: true,
  attentionGradient: true,
} satisfies Record<RoutineName, true>) as RoutineName[];

/** The code of a kernel of any form. */
export function emitKernel(kernel: Kernel, features: Features): KernelModule {
  for (const { dtype } of kernel.bindings) refuseFloat64(dtype);
  kernel.arguments.forEach(refuseFloat64);
  if (kernel.form === 'contraction') return emitContraction(kernel, features);
  if (kernel.form === 'routine') {
    if (kernel.routine === 'scatterAdd') return emitScatterAdd(kernel, features);
    return (loaded.routines as NonNullable<typeof loaded.routines>).emitRoutine(kernel, features);
  }
  const stages = stagesOf(kernel);
  const plans = stages.map(planLoop);
  const emitter = new KernelEmitter(kernel, features, plans.flatMap(loopRoots));
  for (const { outer, stores } of stages) {
    const elements = sizeOf(outer);
    for (const { binding, value } of stores) {
      if (binding < kernel.bindings.length) continue;
      emitter.scratch({ dtype: value.dtype, place: emitter.reserve(elements * 4, false) });
    }
  }
  for (const plan of plans) emitLoop(emitter, plan);
  return emitter.finish();
}

/** A kernel as loops that run one after the other; what each but the last stores for the next is in bindings of its own. */
function stagesOf(kernel: LoopKernel): LoopKernel[] {
  const scratch = kernel.bindings.length;
  const summing = stageSums(kernel, scratch);
  if (summing) return summing;
  const values = stageValues(kernel, scratch);
  const first = values ? [values[0]] : [];
  const rest = values ? values[1] : kernel;
  const stored = first.reduce((count, stage) => count + stage.stores.length, 0);
  return [...first, ...(stageReduction(rest, scratch + stored) ?? [rest])];
}

function loopRoots({ kernel, early }: LoopPlan): Expression[] {
  const { reductions, stores, elementStores } = kernel;
  const all = [...stores, ...elementStores, ...early.flat()];
  return [...reductions.map((r) => r.value), ...storedParts(all)];
}

function refuseFloat64(dtype: Scalar): void {
  if (dtype !== 'float64') return;
  throw new DTypeError('float64 does not exist on wasm', {
    doing: 'preparing a kernel',
    remedy: 'use float32, or the cpu backend for float64',
  });
}
