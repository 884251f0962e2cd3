import { noGrad, type Tensor } from '@evenkeel/tensor';
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
    return this.momentum ?? counter.to(this.running_mean?.dtype ?? 'float32').reciprocal();
  }
}

/**
 * Batch normalization of `[N, C]` or `[N, C, L]`; `torch.nn.BatchNorm1d`.
 *
 * In training each channel is normalized by its mean and biased variance over the batch, and the running statistics
 * (with the unbiased variance) move by `momentum`; in evaluation they take the batch's place.
 * Ioffe and Szegedy 2015, Batch normalization.
 *
 * @throws ShapeError at the call for another number of channels, and in training for one value in a channel
 */
export class BatchNorm1d extends BatchNorm {
  protected override readonly ranks = [2, 3];
}

/** Batch normalization of `[N, C, H, W]`, see `BatchNorm1d`; `torch.nn.BatchNorm2d`. */
export class BatchNorm2d extends BatchNorm {
  protected override readonly ranks = [4];
}

/** Batch normalization of `[N, C, D, H, W]`, see `BatchNorm1d`; `torch.nn.BatchNorm3d`. */
export class BatchNorm3d extends BatchNorm {
  protected override readonly ranks = [5];
}
