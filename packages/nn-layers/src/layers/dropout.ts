import { ConfigError } from '@evenkeel/errors';
import { hostGuard, type Tensor } from '@evenkeel/tensor';
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
  /** May be changed between calls; a compiled function is then recorded anew. */
  p: number;

  constructor(p = 0.5) {
    super();
    checkProbability(this.constructor.name, p);
    this.p = p;
  }

  protected get options(): DropoutOptions {
    return { p: hostGuard(() => this.p), training: this.training };
  }
}

/**
 * In training, sets each element to zero with probability `p` (default 0.5) and divides the others by 1 − p; in
 * evaluation, returns its input; `torch.nn.Dropout`. Draws from the default generator. Any shape.
 *
 * Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
 *
 * ```ts
 * manualSeed(7);
 * const dropout = new Dropout(0.5);
 * console.log(await dropout.call(ones([6])).tolist()); // prints [ 2, 2, 0, 0, 0, 2 ]
 * console.log(await dropout.eval().call(ones([6])).tolist()); // prints [ 1, 1, 1, 1, 1, 1 ]
 * ```
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
 *
 * ```ts
 * manualSeed(7);
 * const output = new Dropout1d(0.5).call(ones([4, 2])); // four channels of two positions
 * console.log(await output.tolist()); // prints [ [ 2, 2 ], [ 2, 2 ], [ 0, 0 ], [ 0, 0 ] ]
 * ```
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 * @throws ShapeError at the call for other numbers of dimensions
 */
export class Dropout1d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout1d(input, this.options);
  }
}

/**
 * As `Dropout` for whole channels of `[N, C, H, W]`, or of `[N, C, L]` as PyTorch does; `torch.nn.Dropout2d`.
 *
 * ```ts
 * manualSeed(7);
 * const images = ones([1, 4, 1, 2]); // four channels of two pixels
 * const output = new Dropout2d(0.5).call(images);
 * console.log(await output.reshape([4, 2]).tolist()); // prints [ [ 2, 2 ], [ 2, 2 ], [ 0, 0 ], [ 0, 0 ] ]
 * ```
 *
 * @throws as `Dropout1d`
 */
export class Dropout2d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout2d(input, this.options);
  }
}

/**
 * As `Dropout` for whole channels of `[N, C, D, H, W]` or `[C, D, H, W]`; `torch.nn.Dropout3d`.
 *
 * ```ts
 * manualSeed(7);
 * const volume = ones([4, 1, 1, 2]); // four channels of two voxels
 * const output = new Dropout3d(0.5).call(volume);
 * console.log(await output.reshape([4, 2]).tolist()); // prints [ [ 2, 2 ], [ 2, 2 ], [ 0, 0 ], [ 0, 0 ] ]
 * ```
 *
 * @throws as `Dropout1d`
 */
export class Dropout3d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return dropout3d(input, this.options);
  }
}

/**
 * The dropout that goes with SELU: sets elements to SELU's limit at −∞ with probability `p` (default 0.5), then scales
 * and shifts so that mean 0 and variance 1 stay; `torch.nn.AlphaDropout`. Any shape; in evaluation it returns its
 * input.
 *
 * With s = −1.7581 the limit: a · (x kept, s dropped) + b, a = ((1 − p) · (1 + p · s²))^−½ and b = −a · p · s.
 * Klambauer et al. 2017, Self-normalizing neural networks.
 *
 * ```ts
 * manualSeed(7);
 * const output = new AlphaDropout(0.5).call(randn([10000]));
 * console.log((await output.mean().item()).toFixed(1), (await output.std().item()).toFixed(1)); // prints 0.0 1.0
 * ```
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 */
export class AlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return alphaDropout(input, this.options);
  }
}

/**
 * As `AlphaDropout` for whole channels of `[N, C, ...]`; `torch.nn.FeatureAlphaDropout`.
 *
 * ```ts
 * manualSeed(7);
 * const output = new FeatureAlphaDropout(0.5).call(tensor([[[1, 2], [1, 2], [1, 2], [1, 2]]]));
 * const [first, second] = [output.select(-1, 0), output.select(-1, 1)]; // the same where the channel was dropped
 * console.log(await first.eq(second).tolist()); // prints [ [ 0, 0, 1, 1 ] ]
 * ```
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 * @throws ShapeError at the call for fewer than two dimensions
 */
export class FeatureAlphaDropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, this.options);
  }
}

/**
 * In training, sets whole samples (`'row'`, the default) or the whole batch (`'batch'`) of `[N, ...]` to zero with
 * probability `p` and divides the others by 1 − p, for the branch of a residual block;
 * `torchvision.ops.StochasticDepth`.
 *
 * In evaluation it returns its input. Huang et al. 2016, Deep networks with stochastic depth.
 *
 * ```ts
 * manualSeed(7);
 * const x = ones([4, 2]);
 * const branch = new StochasticDepth(0.5).call(x);
 * console.log(await x.add(branch).tolist()); // prints [ [ 3, 3 ], [ 3, 3 ], [ 1, 1 ], [ 1, 1 ] ]
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
