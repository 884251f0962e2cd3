/** Every stage from a recorded computation to its kernels as text, for people; nothing else loads this. */
export { planStages, type Stages } from '../plan/plan.ts';
export { printClusters } from './clusters.ts';
export { printGraph } from './graph.ts';
export { printKernels } from './kernels.ts';
export { printMemory } from './memory.ts';
export { printSteps, type StepInfo, stepsOf } from './steps.ts';
export type { Names } from './text.ts';
