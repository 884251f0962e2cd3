import { ConfigError } from '@evenkeel/errors';
import { hostGuard, ones, Parameter, type Tensor, zeros } from '@evenkeel/tensor';
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
 * (x − mean) / √(variance + eps) · weight + bias, each sample of `[N, C, ...]` over `numGroups` groups of channels and
 * all positions; `torch.nn.GroupNorm`.
 *
 * `weight [C]` starts at ones, `bias [C]` at zeros; eps is 1e-5. It looks at one sample only, so it does the same in
 * training and evaluation. Wu and He 2018, Group normalization.
 *
 * ```ts
 * const norm = new GroupNorm(2, 4); // channels 0 and 1, channels 2 and 3
 * console.log(await norm.call(tensor([[100, 300, 5000, 3000]])).tolist()); // prints [ [ -1, 1, 1, -1 ] ]
 * ```
 *
 * @throws ConfigError unless `numGroups` divides `numChannels`
 * @throws ShapeError at the call unless `numGroups` divides the input's channels
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
      momentum: hostGuard(() => this.momentum) ?? 0,
    });
    return single ? output.squeeze(0) : output;
  }
}

/**
 * (x − mean) / √(variance + eps) for each channel of each sample of `[N, C, L]` or `[C, L]` over its positions;
 * `torch.nn.InstanceNorm1d`.
 *
 * By default without weight, bias and running statistics; eps is 1e-5. With `affine` comes `weight · … + bias`, `[C]`
 * each; with `trackRunningStats` the running statistics take the samples' place in evaluation. Ulyanov, Vedaldi and
 * Lempitsky 2016, Instance normalization.
 *
 * ```ts
 * const norm = new InstanceNorm1d(2);
 * console.log(await norm.call(tensor([[100, 300], [5000, 3000]])).tolist()); // prints [ [ -1, 1 ], [ 1, -1 ] ]
 * ```
 *
 * @throws ConfigError for a number of channels that is not positive
 * @throws ShapeError at the call for another number of channels, or a single position in each
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override readonly rank = 3;
}

/**
 * As `InstanceNorm1d` for `[N, C, H, W]` or `[C, H, W]`, over height and width; `torch.nn.InstanceNorm2d`.
 *
 * ```ts
 * const image = tensor([[[100, 300], [300, 100]]]); // [C, H, W]
 * console.log(await new InstanceNorm2d(1).call(image).tolist()); // prints [ [ [ -1, 1 ], [ 1, -1 ] ] ]
 * ```
 *
 * @throws as `InstanceNorm1d`
 */
export class InstanceNorm2d extends InstanceNorm {
  protected override readonly rank = 4;
}

/**
 * As `InstanceNorm1d` for `[N, C, D, H, W]` or `[C, D, H, W]`, over depth, height and width; `torch.nn.InstanceNorm3d`.
 *
 * ```ts
 * const volume = tensor([100, 300]).reshape([1, 2, 1, 1]); // [C, D, H, W]
 * console.log(await new InstanceNorm3d(1).call(volume).flatten().tolist()); // prints [ -1, 1 ]
 * ```
 *
 * @throws as `InstanceNorm1d`
 */
export class InstanceNorm3d extends InstanceNorm {
  protected override readonly rank = 5;
}

/**
 * x / (k + alpha · mean of x² over `size` neighboring channels)^beta, for `[N, C, ...]`; `torch.nn.LocalResponseNorm`.
 *
 * Channels beyond the first and last count as 0. Defaults: alpha 1e-4, beta 0.75, k 1. Krizhevsky, Sutskever and Hinton
 * 2012, ImageNet classification with deep convolutional neural networks.
 *
 * ```ts
 * const norm = new LocalResponseNorm(3, { alpha: 3, beta: 0.5, k: 2 }); // x / √(2 + Σ x²)
 * console.log(await norm.call(tensor([[[1], [1], [0]]])).flatten().tolist()); // prints [ 0.5, 0.5, 0 ]
 * ```
 *
 * @throws ConfigError for a size that is not positive
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
