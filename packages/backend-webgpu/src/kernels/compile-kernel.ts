import { type Kernel, partsOf, type RoutineName, rootsOf } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { compileAttention } from './attention.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileContraction } from './contraction.ts';
import { compileLoop } from './loop.ts';
import type { Profile } from './profile.ts';
import { compileRank } from './rank.ts';
import { compileScan } from './scan.ts';
import { compileScatterAdd } from './scatter-add.ts';

/** The routines that there are. */
export const routines: readonly RoutineName[] = ['scatterAdd', 'scan', 'rank', 'attention', 'attentionGradient'];

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
  if (kernel.routine === 'scatterAdd') return compileScatterAdd(kernel, profile);
  if (kernel.routine === 'scan') return compileScan(kernel, profile);
  return kernel.routine === 'rank' ? compileRank(kernel) : compileAttention(kernel, profile);
}
