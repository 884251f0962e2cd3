import type { Module } from '@evenkeel/nn-layers';
import type { Tensor } from '@evenkeel/tensor';
import type { HostCopy, TrainOptions } from '@evenkeel/trainer';
import type { RunConfig } from '../run-config.ts';

/** What `train` needs from a task besides what every run has in common. */
export interface Job<B = unknown> {
  readonly model: Module;
  readonly data: TrainOptions<B>['data'];
  // A method, so that a job on batches of its own kind is a job.
  loss(batch: B): Tensor;
  readonly validation: Omit<NonNullable<TrainOptions<B>['validation']>, 'every'>;
  /**
   * Measures the trained model and shows what it does.
   *
   * @param tell prints a line for people
   * @param breathe lets Ctrl-C through; throws when it was pressed
   * @returns the task's own entries of `summary.json`
   */
  finish(tell: (line: string) => void, breathe: () => Promise<void>): Promise<Record<string, number>>;
}

/** What a person typed after `predict RUN`. */
export interface PredictOptions {
  inputs: string[];
  /** Characters to write. */
  length: number;
  temperature: number;
  seed: number;
}

/** One answer: for programs, and for people. */
export interface Prediction {
  readonly output: string | number | null;
  readonly text: string;
}

/** Something `evenkeel` trains. */
export interface Task {
  /** Where the run differs from nothing said: every setting, with its default. */
  readonly defaults: RunConfig;
  /** What to type after `predict RUN`, to begin with. */
  readonly example: string;
  /**
   * Reads or makes the data, and completes the configuration by what only the data tells.
   *
   * @param source the folder or file given on the command line
   * @throws ConfigError if it needs one and none was given
   */
  configure(config: RunConfig, source: string | undefined): Promise<RunConfig>;
  /** Makes the model, freshly initialized from the default generator, and what trains it. */
  prepare(config: RunConfig): Promise<Job>;
  /** Answers with a trained model. */
  predict(config: RunConfig, weights: HostCopy, options: PredictOptions): Promise<Prediction[]>;
}
