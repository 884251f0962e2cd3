import { isRepeat, type Kernel, partsOf, type RoutineName, rootsOf, type Step } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileContraction } from './contraction.ts';
import { compileLoop } from './loop.ts';
import type { Profile } from './profile.ts';

/** The routines that there are. */
export const routines: readonly RoutineName[] = ['scatterAdd', 'scan', 'rank', 'attention', 'attentionGradient'];

let compileRoutine: typeof import('./routine.ts').compileRoutine | undefined;

/** Loads what compiles routines, which many programs have none of, if any of the steps is one and it is not here. */
export function loadRoutines(steps: readonly Step[]): Promise<void> | undefined {
  const isNeeded = (step: Step): boolean =>
    isRepeat(step) ? step.body.some(isNeeded) : step.kernel.form === 'routine';
  if (compileRoutine || !steps.some(isNeeded)) return undefined;
  return import('./routine.ts').then((module) => {
    compileRoutine = module.compileRoutine;
  });
}

/** The shaders of a kernel, and what they need. */
export function compileKernel(kernel: Kernel, profile: Profile): CompiledKernel {
  if (kernel.bindings.some((b) => b.dtype === 'float64')) {
    throw new DTypeError('webgpu has no float64', {
      doing: 'preparing a kernel',
      remedy: 'use float32, or the backend "cpu", which has float64',
    });
  }
  const reportsFaults =
    (kernel.form === 'routine' && kernel.routine === 'scatterAdd') ||
    [...partsOf(rootsOf(kernel))].some(({ kind }) => kind === 'bounded');
  return { ...compiled(kernel, profile), reportsFaults };
}

function compiled(kernel: Kernel, profile: Profile): Omit<CompiledKernel, 'reportsFaults'> {
  if (kernel.form === 'loop') return compileLoop(kernel, profile);
  if (kernel.form === 'contraction') return compileContraction(kernel, profile);
  return (compileRoutine as NonNullable<typeof compileRoutine>)(kernel, profile);
}
