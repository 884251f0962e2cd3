import type { RoutineKernel, ScatterAddKernel } from '@evenkeel/backend';
import type { Features } from '../renderer/vector-math.ts';
import { emitAttention } from './attention/attention.ts';
import type { KernelModule } from './kernel-module.ts';
import { emitRank } from './rank.ts';
import { emitScan } from './scan.ts';

/**
 * The code of a routine that is loaded with the first program that has one. `scatterAdd` is not: it finds wrong indices, and the
 * operation that gave them is told so at once.
 */
export function emitRoutine(kernel: Exclude<RoutineKernel, ScatterAddKernel>, features: Features): KernelModule {
  switch (kernel.routine) {
    case 'scan':
      return emitScan(kernel, features);
    case 'rank':
      return emitRank(kernel, features);
    default:
      return emitAttention(kernel, features);
  }
}
