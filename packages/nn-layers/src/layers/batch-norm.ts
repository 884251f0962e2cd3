import { hostGuard, noGrad, type Tensor } from '@evenkeel/tensor';
import { batchNorm } from '../functional/batch-norm.ts';
import { RunningNorm, type RunningNormOptions } from './running-norm.ts';

/** As `RunningNormOptions`; weight, bias and running statistics are there unless told otherwise. */
export type BatchNormLayerOptions = RunningNormOptions;

/** What the three have in common; they differ in the dimensions they take. */
abstract class BatchNorm extends RunningNorm {
  protected abstract readonly ranks: readonly number[];

  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, {
      ...options,
      affine: options.affine ?? true,
      trackRunningStats: options.trackRunningStats ?? true,
    });
  }

  override forward(input: Tensor): Tensor {
    this.checkInput(input, this.ranks);
    const { running_mean: runningMean, running_var: runningVar, weight, bias, training, eps } = this;
    // Counted on the device, so that nothing has to be read back.
    const momentum = training ? noGrad(() => this.countBatch()) : 0;
    return batchNorm(input, { runningMean, runningVar, weight, bias, training, momentum, eps });
  }

  private countBatch(): number | Tensor {
    const counter = this.num_batches_tracked;
    if (!counter) return 0;
    counter.assign(counter.add(1));
    return hostGuard(() => this.momentum) ?? counter.to(this.running_mean?.dtype ?? 'float32').reciprocal();
  }
}

/**
 * (x − mean) / √(variance + eps) · weight + bias for each channel of `[N, C]` or `[N, C, L]`; `torch.nn.BatchNorm1d`.
 *
 * In training mean and (biased) variance are the batch's, and the running statistics (with the unbiased variance) move
 * by `momentum` (default 0.1); in evaluation they take the batch's place. `weight [C]` and `running_var` start at ones,
 * `bias [C]` and `running_mean` at zeros; eps is 1e-5. Ioffe and Szegedy 2015, Batch normalization.
 *
 * ```ts
 * const norm = new BatchNorm1d(1);
 * console.log(await norm.call(tensor([[100], [300]])).tolist()); // prints [ [ -1 ], [ 1 ] ]
 * console.log(await norm.running_mean?.tolist()); // prints [ 20 ]
 * ```
 *
 * @throws ConfigError for a number of channels that is not positive
 * @throws ShapeError at the call for another number of channels, and in training for one value in a channel
 */
export class BatchNorm1d extends BatchNorm {
  protected override readonly ranks = [2, 3];
}

/**
 * As `BatchNorm1d` for each channel of `[N, C, H, W]`, over batch, height and width; `torch.nn.BatchNorm2d`.
 *
 * ```ts
 * const images = tensor([[[[100, 300]], [[5, 5]]]]); // one image of two channels
 * console.log(await new BatchNorm2d(2).call(images).flatten().tolist()); // prints [ -1, 1, 0, 0 ]
 * ```
 *
 * @throws as `BatchNorm1d`
 */
export class BatchNorm2d extends BatchNorm {
  protected override readonly ranks = [4];
}

/**
 * As `BatchNorm1d` for each channel of `[N, C, D, H, W]`, over batch, depth, height and width; `torch.nn.BatchNorm3d`.
 *
 * ```ts
 * const volume = tensor([100, 300]).reshape([1, 1, 2, 1, 1]);
 * console.log(await new BatchNorm3d(1).call(volume).flatten().tolist()); // prints [ -1, 1 ]
 * ```
 *
 * @throws as `BatchNorm1d`
 */
export class BatchNorm3d extends BatchNorm {
  protected override readonly ranks = [5];
}
