import { gelu } from '@evenkeel/nn-layers';
import { randn, scope } from '@evenkeel/tensor';
import type { Workload } from './workload.ts';

export const geluChain: Workload = {
  name: 'gelu',
  title: 'gelu(x · a + b), 4 M elements',
  suite: 'kernels',
  stepsPerRound: 10,
  batches: () => [[randn([2 ** 22])]],
  build: () => ({ step: (x) => scope(() => gelu(x!.mul(1.5).add(0.25))) }),
};
