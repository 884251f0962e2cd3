import { isRepeat, type Kernel, partsOf, type RoutineName, rootsOf, type Step } from '@evenkeel/backend';
import { DTypeError } from '@evenkeel/errors';
import { Late } from '../late.ts';
import { lateSourceOf } from '../renderer/late-functions.ts';
import { type CompiledKernel, compiledKernel, type Drafts } from './compiled-kernel.ts';
import { draftContraction } from './contraction.ts';
import { draftLoop } from './loop.ts';
import type { Profile } from './profile.ts';
import { draftScatterAdd } from './scatter-add.ts';

const attention = new Late(() => import('./attention.ts'));
const alongLines = new Late(() => import('./along-lines.ts'));

/** The routines that there are, and what has to be loaded for them. */
const sources: Readonly<Record<RoutineName, Late<unknown> | undefined>> = {
  scatterAdd: undefined,
  scan: alongLines,
  rank: alongLines,
  attention,
  attentionGradient: attention,
};

export const routines = Object.keys(sources) as RoutineName[];

/** Loads what compiles the routines and functions of a program that many programs have none of, where it is not here. */
export function loadLateParts(steps: readonly Step[]): Promise<unknown> | undefined {
  const missing = new Set<Late<unknown>>();
  const need = (part: Late<unknown> | undefined): void => {
    if (part && !part.isHere) missing.add(part);
  };
  const visit = (step: Step): void => {
    if (isRepeat(step)) {
      step.body.forEach(visit);
      return;
    }
    const { kernel } = step;
    if (kernel.form === 'routine') need(sources[kernel.routine]);
    for (const part of partsOf(rootsOf(kernel))) need(lateSourceOf(part));
  };
  steps.forEach(visit);
  return missing.size > 0 ? Promise.all([...missing].map((part) => part.load())) : undefined;
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
  return { ...compiledKernel(kernel, draftsOf(kernel, profile)), reportsFaults };
}

function draftsOf(kernel: Kernel, profile: Profile): Drafts {
  if (kernel.form === 'loop') return draftLoop(kernel, profile);
  if (kernel.form === 'contraction') return draftContraction(kernel, profile);
  switch (kernel.routine) {
    case 'scatterAdd':
      return draftScatterAdd(kernel, profile);
    case 'scan':
      return alongLines.value.draftScan(kernel, profile);
    case 'rank':
      return alongLines.value.draftRank(kernel);
    default:
      return attention.value.draftAttention(kernel, profile);
  }
}
