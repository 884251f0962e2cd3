export { type BatchSource, BatchStream, type Position } from './batch-stream.ts';
export type { Checkpoint, CheckpointRecord, CheckpointStore } from './checkpoint.ts';
export type { TrainEvent } from './events.ts';
export { type HostCopy, loadModel, toHost } from './host-copy.ts';
export { meanLoss } from './mean-loss.ts';
export type { Numerics } from './numerics.ts';
export { Selection, type SelectionRule, type SelectionState } from './selection.ts';
export type { Json } from './tensor-tree.ts';
export { train } from './train.ts';
export type {
  CheckpointOptions,
  EarlyStoppingOptions,
  RecoveryOptions,
  TrainableOptimizer,
  TrainOptions,
  TrainResult,
  ValidationOptions,
} from './train-options.ts';
export { TrainingStoppedError } from './training-stopped-error.ts';
export { yieldToHost } from './yield-to-host.ts';
