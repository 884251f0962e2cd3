import type { Module } from '@evenkeel/nn-layers';
import type { Schedule } from '@evenkeel/schedulers';
import type { Backend, Generator, Tensor } from '@evenkeel/tensor';
import type { BatchSource } from './batch-stream.ts';
import type { Checkpoint, CheckpointStore } from './checkpoint.ts';
import type { TrainEvent } from './events.ts';
import type { SelectionRule, SelectionState } from './selection.ts';

/** What the loop needs of an optimizer; all of `@evenkeel/optimizers` have it. */
export interface TrainableOptimizer {
  readonly paramGroups: Iterable<{ lr?: number; momentum?: number; betas?: readonly [number, number] }>;
  zeroGrad(): void;
  step(): void;
  stateDict(): object;
  loadStateDict(state: never): void;
}

export interface ValidationOptions extends SelectionRule {
  /** After every how many steps. */
  every: number;
  /** Measures the model, which is in eval mode meanwhile, without gradients. `meanLoss` is the usual one. */
  evaluate: () => Promise<Readonly<Record<string, number>>>;
}

export interface EarlyStoppingOptions {
  /** Stop after this many validations in a row that were not the best; `Infinity` never stops. */
  patience: number;
  /** Whether the model ends as it was at its best validation; default true. */
  restoreBest?: boolean;
}

export interface CheckpointOptions {
  store: CheckpointStore;
  /** After every how many steps; besides, at each best validation, when stopped, and at the end. */
  every: number;
}

export interface RecoveryOptions {
  /** After every how many steps a snapshot is taken; default 100. Besides, at the start, three steps later, and with each checkpoint. */
  every?: number;
  /** Opens the backend to go on on; default: another device like the one that was lost. */
  reopen?: () => Promise<Backend>;
}

export interface TrainOptions<B> {
  model: Module;
  optimizer: TrainableOptimizer;
  /** Usually a `DataLoader`. */
  data: BatchSource<B>;
  /** The loss of a batch, a scalar; calls the model. */
  loss: (batch: B) => Tensor;
  /** How long: optimizer steps, or epochs. One of the two. */
  steps?: number;
  epochs?: number;
  /** The rate of each step, from 0; without it the optimizer's own rates stay. */
  schedule?: Schedule;
  /** Largest norm of all gradients together; they are scaled down to it. */
  clip?: number;
  /**
   * `float16`: the loss is computed under `autocast` of @evenkeel/tensor, and a `GradScaler` of @evenkeel/optimizers scales it. A step whose
   * gradients overflow is skipped, and told as such. The optimizer is one of that package. Default `float32`.
   */
  precision?: 'float32' | 'float16';
  validation?: ValidationOptions;
  /** Needs `validation`. */
  earlyStopping?: EarlyStoppingOptions;
  checkpoints?: CheckpointOptions;
  /**
   * Whether a step runs as one program (`compile` of @evenkeel/tensor; default true). Batches must then be tensors, in arrays or plain
   * objects, and of few shapes; what the loss takes from elsewhere must be the same at every step.
   */
  compile?: boolean;
  /**
   * What happens on a backend whose device can be lost (webgpu): snapshots in the host's memory of all tensors, from which training goes on
   * on another device. `false`: none are taken.
   */
  recovery?: RecoveryOptions | false;
  /**
   * When the loss of a step is read. `late`: while the next one is computed, so that the device never waits for the host; what is told of a step
   * then finds the model, and the optimizer, one step further. `at once`: before the next one, for callbacks that look at the
   * model or change something. Default: `late` where the device works by itself (webgpu). Validations, checkpoints and snapshots come
   * after the loss of their step in any case, and the numbers are the same.
   */
  readLoss?: 'late' | 'at once';
  /** Goes on from here, bit for bit. The model and the optimizer are made as for a new run. */
  resume?: Checkpoint | undefined;
  /** What draws the random numbers of dropout, saved with a checkpoint; default: the default generator. */
  generator?: Generator;
  /** Told what happens, in order; training waits for it. */
  onEvent?: (event: TrainEvent) => void | Promise<void>;
  /** Stops after the step in progress, with a checkpoint. */
  signal?: AbortSignal;
}

export interface TrainResult extends SelectionState {
  /** Optimizer steps done over all sittings. */
  readonly step: number;
  /** Why it ended. */
  readonly reason: 'finished' | 'early stopping' | 'aborted';
  /** The last loss read; `undefined` if no step was left to do. */
  readonly loss: number | undefined;
  /** Seconds over all sittings. */
  readonly seconds: number;
}
