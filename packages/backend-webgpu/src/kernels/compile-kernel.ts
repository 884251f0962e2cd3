import { type Expression, type Kernel, operands, type RoutineName } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { malformed } from '../renderer/malformed.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileContraction } from './contraction.ts';
import { compileLoop } from './loop.ts';
import type { Profile } from './profile.ts';
import { compileRank } from './rank.ts';
import { compileScan } from './scan.ts';
import { compileScatterAdd } from './scatter-add.ts';

/** The routines that there are. */
export const routines: readonly RoutineName[] = ['scatterAdd', 'scan', 'rank'];

/** The shaders of a kernel, and what they need. */
export function compileKernel(kernel: Kernel, profile: Profile): CompiledKernel {
  if (kernel.bindings.some((b) => b.dtype === 'float64')) {
    throw new DTypeError('webgpu has no float64', {
      doing: 'preparing a kernel',
      remedy: 'use float32, or the backend "cpu", which has float64',
    });
  }
  const reportsFaults = (kernel.form === 'routine' && kernel.routine === 'scatterAdd') || mayFault(rootsOf(kernel));
  return { ...compiled(kernel, profile), reportsFaults };
}

function compiled(kernel: Kernel, profile: Profile): Omit<CompiledKernel, 'reportsFaults'> {
  if (kernel.form === 'loop') return compileLoop(kernel, profile);
  if (kernel.form === 'contraction') return compileContraction(kernel, profile);
  if (kernel.routine === 'scatterAdd') return compileScatterAdd(kernel, profile);
  if (kernel.routine === 'scan') return compileScan(kernel, profile);
  if (kernel.routine === 'rank') return compileRank(kernel);
  throw malformed(kernel, `there is no routine ${kernel.routine} on webgpu`);
}

function rootsOf(kernel: Kernel): Expression[] {
  if (kernel.form === 'routine') return kernel.routine === 'scatterAdd' ? [kernel.index, kernel.value] : [kernel.value];
  const stores = kernel.form === 'loop' ? [...kernel.stores, ...kernel.elementStores] : kernel.stores;
  const values = kernel.form === 'loop' ? kernel.reductions.map((r) => r.value) : [kernel.a, kernel.b];
  return [...values, ...stores.flatMap((s) => [s.index, s.value])];
}

/** Whether an index outside its bounds may be met. */
function mayFault(roots: readonly Expression[]): boolean {
  const seen = new Set<Expression>();
  const visit = (e: Expression): boolean => {
    if (seen.has(e)) return false;
    seen.add(e);
    return e.kind === 'bounded' || operands(e).some(visit);
  };
  return roots.some(visit);
}
