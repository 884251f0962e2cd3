import { ConfigError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';
import { alphaDropout, featureAlphaDropout } from '../functional/alpha-dropout.ts';
import {
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  stochasticDepth,
} from '../functional/dropout.ts';
import { Module } from '../module/module.ts';
import { checkProbability } from '../module/size-check.ts';

/** What all have in common: a probability, and that nothing happens in evaluation. */
abstract class DropoutBase extends Module {
  /** May be changed between calls. */
  p: number;

  constructor(p = 0.5) {
    super();
    checkProbability(this.constructor.name, p);
    this.p = p;
  }

  protected get options(): DropoutOptions {
    return { p: this.p, training: this.training };
  }
}

/**
 * In training, sets each element to zero with probability `p` and divides the others by 1 − p; in evaluation, returns
 * its input; `torch.nn.Dropout`. Draws from the default generator. Any shape.
 *
 * Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 */
export class Dropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout(input, this.options);
  }
}

/**
 * As `Dropout` for whole channels of `[N, C, L]` or `[C, L]`; `torch.nn.Dropout1d`.
 *
 * Tompson et al. 2015, Efficient object localization using convolutional networks.
 */
export class Dropout1d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout1d(input, this.options);
  }
}

/** As `Dropout` for whole channels of `[N, C, H, W]`, or of `[N, C, L]` as PyTorch does; `torch.nn.Dropout2d`. */
export class Dropout2d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout2d(input, this.options);
  }
}

/** As `Dropout` for whole channels of `[N, C, D, H, W]` or `[C, D, H, W]`; `torch.nn.Dropout3d`. */
export class Dropout3d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout3d(input, this.options);
  }
}

/** The dropout that goes with SELU and keeps mean and variance, see `alphaDropout`; `torch.nn.AlphaDropout`. */
export class AlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return alphaDropout(input, this.options);
  }
}

/** As `AlphaDropout` for whole channels of `[N, C, ...]`; `torch.nn.FeatureAlphaDropout`. */
export class FeatureAlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, this.options);
  }
}

/**
 * In training, drops the branch of a residual block for whole samples (`'row'`) or for the batch, see `stochasticDepth`;
 * `torchvision.ops.StochasticDepth`.
 *
 * ```ts
 * x.add(new StochasticDepth(0.2).call(branch.call(x)));
 * ```
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1, and for another mode
 */
export class StochasticDepth extends DropoutBase {
  readonly mode: 'row' | 'batch';

  constructor(p: number, mode: 'row' | 'batch' = 'row') {
    super(p);
    if (mode !== 'row' && mode !== 'batch') {
      throw new ConfigError('the mode is not known', {
        op: 'StochasticDepth',
        got: mode,
        expected: "'row' or 'batch'",
      });
    }
    this.mode = mode;
  }

  override forward(input: Tensor): Tensor {
    return stochasticDepth(input, { ...this.options, mode: this.mode });
  }
}
