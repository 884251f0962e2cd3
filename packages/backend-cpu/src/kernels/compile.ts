import type { Kernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import { compileAttention } from './attention.ts';
import { compileAttentionGradient } from './attention-gradient.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileContraction } from './contraction.ts';
import { compileLoop } from './loop.ts';
import { compileRank } from './rank.ts';
import { compileScan } from './scan.ts';
import { compileScatterAdd } from './scatter-add.ts';

export function compileKernel(kernel: Kernel, faults: Faults): CompiledKernel {
  if (kernel.form === 'loop') return compileLoop(kernel, faults);
  if (kernel.form === 'contraction') return compileContraction(kernel, faults);
  switch (kernel.routine) {
    case 'scatterAdd':
      return compileScatterAdd(kernel, faults);
    case 'scan':
      return compileScan(kernel, faults);
    case 'rank':
      return compileRank(kernel, faults);
    case 'attention':
      return compileAttention(kernel, faults);
    case 'attentionGradient':
      return compileAttentionGradient(kernel, faults);
  }
}
