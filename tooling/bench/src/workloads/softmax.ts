import { randn, softmax } from '@evenkeel/tensor';
import type { Workload } from './workload.ts';

export const softmaxOfRows: Workload = {
  name: 'softmax',
  title: 'softmax, [4096, 512]',
  suite: 'kernels',
  stepsPerRound: 30,
  batches: () => [[randn([4096, 512])]],
  build: () => ({ step: (x) => softmax(x!, -1) }),
};
