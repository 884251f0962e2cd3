import { adamwUpdate } from './adamw.ts';
import { geluChain } from './gelu-chain.ts';
import { layerNormBothWays } from './layer-norm.ts';
import { matmuls } from './matmul.ts';
import { softmaxOfRows } from './softmax.ts';
import { w1 } from './w1-mlp.ts';
import { w2, w2b } from './w2-deep-mlp.ts';
import { w3 } from './w3-cnn.ts';
import { w4 } from './w4-gpt.ts';
import type { Workload } from './workload.ts';

export type { Program, Workload } from './workload.ts';

/** Everything that can be timed, in the order of the tables. */
export const workloads: readonly Workload[] = [
  w1,
  w2,
  w2b,
  w3,
  w4,
  ...matmuls,
  layerNormBothWays,
  softmaxOfRows,
  geluChain,
  adamwUpdate,
];
