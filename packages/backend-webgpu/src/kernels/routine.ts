import type { RoutineKernel } from '@evenkeel/backend';
import { compileAttention } from './attention.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import type { Profile } from './profile.ts';
import { compileRank } from './rank.ts';
import { compileScan } from './scan.ts';
import { compileScatterAdd } from './scatter-add.ts';

/** The shaders of a routine; they are loaded with the first program that has one. */
export function compileRoutine(kernel: RoutineKernel, profile: Profile): Omit<CompiledKernel, 'reportsFaults'> {
  switch (kernel.routine) {
    case 'scatterAdd':
      return compileScatterAdd(kernel, profile);
    case 'scan':
      return compileScan(kernel, profile);
    case 'rank':
      return compileRank(kernel);
    default:
      return compileAttention(kernel, profile);
  }
}
