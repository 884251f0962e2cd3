import { ShapeError } from '@evenkeel/errors';
import { inFloat32, noGrad, type Tensor } from '@evenkeel/tensor';
import { momentsOf, standardizeBy } from './normalization.ts';

export interface BatchNormOptions {
  /** `[C]`; used in evaluation and moved by `momentum` in training. */
  runningMean?: Tensor;
  /** `[C]`, like the mean; takes the unbiased variance. */
  runningVar?: Tensor;
  /** Factor `[C]`. */
  weight?: Tensor;
  /** Summand `[C]`. */
  bias?: Tensor;
  /** Normalize by the batch and move the running statistics (default false). */
  training?: boolean;
  /** The share of the new batch in the running statistics, a number or a scalar tensor (default 0.1). */
  momentum?: number | Tensor;
  /** Added to the variance inside the root (default 1e-5). */
  eps?: number;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias for each channel over batch and positions;
 * `torch.nn.functional.batch_norm`. Ioffe and Szegedy 2015, Batch normalization.
 *
 * Without running statistics, and in training, mean and (biased) variance are the batch's.
 *
 * @param input `[N, C, ...]`
 * @throws ShapeError in training when a channel has a single value, whose variance is nothing
 */
export function batchNorm(input: Tensor, options: BatchNormOptions = {}): Tensor {
  const { runningMean, runningVar, training = false, momentum = 0.1, eps = 1e-5 } = options;
  const dims = input.shape.map((_, dim) => dim).filter((dim) => dim !== 1);
  const count = dims.reduce((product, dim) => product * (input.shape[dim] ?? 1), 1);
  if (input.ndim < 2 || (training && count === 1)) {
    throw new ShapeError('batch norm needs channels, and in training more than one value in each', {
      op: 'batchNorm',
      got: `input [${input.shape.join(', ')}]${training ? ' in training' : ''}`,
      expected: '[N, C, ...]',
    });
  }
  return inFloat32(
    input,
    (input) => {
      if (!training && runningMean && runningVar) {
        const centered = input.sub(alongChannels(runningMean, input));
        return affine(centered.mul(alongChannels(runningVar, input).add(eps).rsqrt()), options);
      }
      const moments = momentsOf(input, dims);
      // An empty batch says nothing, and leaves them as they are.
      if (training && count > 0 && runningMean && runningVar) {
        moveTowards(runningMean, moments.mean.flatten(), momentum);
        moveTowards(runningVar, moments.variance.flatten().mul(count / (count - 1)), momentum);
      }
      return affine(standardizeBy(moments, input, dims, eps), options);
    },
    true,
  );
}

/** running ← (1 − momentum) · running + momentum · fresh. */
export function moveTowards(running: Tensor, fresh: Tensor, momentum: number | Tensor): void {
  noGrad(() => {
    const rest = typeof momentum === 'number' ? 1 - momentum : momentum.neg().add(1);
    running.assign(running.mul(rest).add(fresh.detach().mul(momentum)));
  });
}

/** x · weight + bias with one of each for every channel (dimension 1). */
export function affine(input: Tensor, { weight, bias }: { weight?: Tensor; bias?: Tensor }): Tensor {
  const scaled = weight ? input.mul(alongChannels(weight, input)) : input;
  return bias ? scaled.add(alongChannels(bias, input)) : scaled;
}

/** `[C]` so shaped that it broadcasts to `[N, C, ...]`. */
export function alongChannels(values: Tensor, input: Tensor): Tensor {
  return values.reshape([-1, ...Array<number>(Math.max(0, input.ndim - 2)).fill(1)]);
}
