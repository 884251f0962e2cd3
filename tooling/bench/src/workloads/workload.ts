import type { Module } from '@evenkeel/nn-layers';
import type { Tensor } from '@evenkeel/tensor';

export type Suite = 'train' | 'kernels';

/** One thing to be timed, written as a user would write it. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly suite: Suite;
  /** Steps from one reading of the result to the next. */
  readonly stepsPerRound: number;
  /** Floating-point operations of a step, for those that are nothing but products and sums. */
  readonly flops?: number;
  /** The inputs of one step after another, from the first again after the last; drawn from the default generator. */
  batches(): Tensor[][];
  build(): Program;
}

export interface Program {
  /** What is trained. All contenders start from its state dict. */
  readonly model?: Module;
  /** What is compiled and timed. Training returns the loss. */
  step(...inputs: Tensor[]): Tensor | Tensor[];
}
