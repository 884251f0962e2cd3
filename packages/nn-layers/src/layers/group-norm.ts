import { ConfigError } from '@evenkeel/errors';
import { ones, Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { groupNorm, instanceNorm, localResponseNorm } from '../functional/group-norm.ts';
import { ones_, zeros_ } from '../init/constant.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { RunningNorm, type RunningNormOptions } from './running-norm.ts';

export interface GroupNormOptions {
  /** Added to the variance inside the root (default 1e-5). */
  eps?: number;
  /** Whether a weight and a bias for each channel are learned (default true). */
  affine?: boolean;
}

/**
 * Normalizes each sample of `[N, C, ...]` over groups of channels; `torch.nn.GroupNorm`.
 *
 * `weight [C]` starts at ones, `bias [C]` at zeros. Wu and He 2018, Group normalization.
 *
 * @throws ConfigError unless `numGroups` divides `numChannels`
 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  weight: Parameter | undefined;
  bias: Parameter | undefined;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    checkSizes('GroupNorm', { numGroups, numChannels });
    if (numChannels % numGroups !== 0) {
      throw new ConfigError('the groups do not divide the channels', {
        doing: 'making a GroupNorm',
        got: `${numGroups} groups, ${numChannels} channels`,
      });
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = options.eps ?? 1e-5;
    if (options.affine ?? true) {
      this.weight = new Parameter(ones([numChannels]));
      this.bias = new Parameter(zeros([numChannels]));
    }
  }

  /** Sets weight to ones and bias to zeros. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  override forward(input: Tensor): Tensor {
    return groupNorm(input, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }
}

/** As `RunningNormOptions`; neither weight and bias nor running statistics are there unless asked for. */
export type InstanceNormOptions = RunningNormOptions;

/** What the three have in common; they differ in the dimensions they take. */
abstract class InstanceNorm extends RunningNorm {
  /** Dimensions of a batch; one less is a single sample. */
  protected abstract readonly rank: number;

  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(numFeatures, options);
  }

  override forward(input: Tensor): Tensor {
    const single = input.ndim === this.rank - 1;
    this.checkInput(input, [this.rank, this.rank - 1], single ? 0 : 1);
    const { running_mean: runningMean, running_var: runningVar, weight, bias, eps } = this;
    const output = instanceNorm(single ? input.unsqueeze(0) : input, {
      runningMean,
      runningVar,
      weight,
      bias,
      eps,
      useInputStats: this.training || !runningMean,
      momentum: this.momentum ?? 0,
    });
    return single ? output.squeeze(0) : output;
  }
}

/**
 * Normalizes each channel of each sample of `[N, C, L]` or `[C, L]` over its positions; `torch.nn.InstanceNorm1d`.
 *
 * With `trackRunningStats` the running statistics take the samples' place in evaluation.
 * Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization.
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override readonly rank = 3;
}

/** Instance normalization of `[N, C, H, W]` or `[C, H, W]`, see `InstanceNorm1d`; `torch.nn.InstanceNorm2d`. */
export class InstanceNorm2d extends InstanceNorm {
  protected override readonly rank = 4;
}

/** Instance normalization of `[N, C, D, H, W]` or `[C, D, H, W]`; `torch.nn.InstanceNorm3d`. */
export class InstanceNorm3d extends InstanceNorm {
  protected override readonly rank = 5;
}

/**
 * x / (k + alpha · mean of x² over `size` neighboring channels)^beta, for `[N, C, ...]`; `torch.nn.LocalResponseNorm`.
 *
 * Krizhevsky, Sutskever and Hinton 2012. Defaults: alpha 1e-4, beta 0.75, k 1.
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly options: { alpha?: number; beta?: number; k?: number };

  constructor(size: number, options: { alpha?: number; beta?: number; k?: number } = {}) {
    super();
    checkSizes('LocalResponseNorm', { size });
    this.size = size;
    this.options = options;
  }

  override forward(input: Tensor): Tensor {
    return localResponseNorm(input, this.size, this.options);
  }
}
