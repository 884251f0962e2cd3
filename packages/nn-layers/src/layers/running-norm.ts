import { ShapeError } from '@evenkeel/errors';
import { ones, Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { ones_, zeros_ } from '../init/constant.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface RunningNormOptions {
  /** Added to the variance inside the root (default 1e-5). */
  eps?: number;
  /** The share of each new batch in the running statistics (default 0.1); null for their plain mean over all batches. */
  momentum?: number | null;
  /** Whether weight and bias are learned. */
  affine?: boolean;
  /** Whether running statistics are kept and used in evaluation. */
  trackRunningStats?: boolean;
}

/**
 * What batch norm and instance norm have in common: one weight and bias for each channel (`[C]`, ones and zeros) and
 * the buffers `running_mean`, `running_var` and `num_batches_tracked`.
 */
export abstract class RunningNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  weight: Parameter | undefined;
  bias: Parameter | undefined;
  declare running_mean: Tensor | undefined;
  declare running_var: Tensor | undefined;
  declare num_batches_tracked: Tensor | undefined;

  constructor(numFeatures: number, options: RunningNormOptions) {
    super();
    checkSizes(this.constructor.name, { numFeatures });
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    if (options.affine) {
      this.weight = new Parameter(ones([numFeatures]));
      this.bias = new Parameter(zeros([numFeatures]));
    }
    if (options.trackRunningStats) {
      this.registerBuffer('running_mean', zeros([numFeatures]));
      this.registerBuffer('running_var', ones([numFeatures]));
      this.registerBuffer('num_batches_tracked', zeros([], { dtype: 'int32' }));
    }
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    if (this.running_mean) zeros_(this.running_mean);
    if (this.running_var) ones_(this.running_var);
    if (this.num_batches_tracked) zeros_(this.num_batches_tracked);
  }

  /** Sets weight to ones, bias to zeros, and forgets the running statistics. */
  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  /** Refuses an input with another number of channels in `dim`, or of dimensions. */
  protected checkInput(input: Tensor, ranks: readonly number[], dim = 1): void {
    if (ranks.includes(input.ndim) && input.shape[dim] === this.numFeatures) return;
    throw new ShapeError('the input does not fit the channels', {
      op: this.constructor.name,
      got: `input [${input.shape.join(', ')}]`,
      expected: `${ranks.join(' or ')} dimensions, ${this.numFeatures} channels in dimension ${dim}`,
    });
  }
}
