import { ConfigError } from '@evenkeel/errors';
import { scope, type Tensor, tensor } from '@evenkeel/tensor';
import { type DimensionWindows, slidingWindows, type WindowOptions } from './pooling-windows.ts';
import { perDimension, type Spatial, withBatch } from './spatial.ts';

export interface AvgPoolOptions extends WindowOptions {
  /** Whether the zeros around the input count among the elements of a window (default true). */
  countIncludePad?: boolean;
  /** What each window's sum is divided by instead of the number of its elements. */
  divisorOverride?: number;
}

/**
 * The mean of each window; `torch.nn.functional.avg_pool1d`.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @returns `[N, C, T]` or `[C, T]` with T = ⌊(L + 2 · padding − kernelSize) / stride⌋ + 1; rounded up with `ceilMode`, where
 * a window's elements beyond the padding never count
 * @throws ConfigError for a padding of more than half the kernel, or a divisor of 0
 * @throws ShapeError when no window fits
 */
export function avgPool1d(input: Tensor, kernelSize: Spatial, options: AvgPoolOptions = {}): Tensor {
  return slidingMean('avgPool1d', 1, input, kernelSize, options);
}

/** As `avgPool1d` over height and width; `torch.nn.functional.avg_pool2d`. */
export function avgPool2d(input: Tensor, kernelSize: Spatial, options: AvgPoolOptions = {}): Tensor {
  return slidingMean('avgPool2d', 2, input, kernelSize, options);
}

/** As `avgPool1d` over depth, height and width; `torch.nn.functional.avg_pool3d`. */
export function avgPool3d(input: Tensor, kernelSize: Spatial, options: AvgPoolOptions = {}): Tensor {
  return slidingMean('avgPool3d', 3, input, kernelSize, options);
}

/**
 * (Σ xᵖ)^(1/p) over each window; `torch.nn.functional.lp_pool1d`. Where Σ xᵖ is not positive the result is 0.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param normType p
 */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: Spatial,
  options: Pick<AvgPoolOptions, 'stride' | 'ceilMode'> = {},
): Tensor {
  return slidingNorm(1, input, normType, kernelSize, options);
}

/** As `lpPool1d` over height and width; `torch.nn.functional.lp_pool2d`. */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: Spatial,
  options: Pick<AvgPoolOptions, 'stride' | 'ceilMode'> = {},
): Tensor {
  return slidingNorm(2, input, normType, kernelSize, options);
}

/** As `lpPool1d` over depth, height and width; `torch.nn.functional.lp_pool3d`. */
export function lpPool3d(
  input: Tensor,
  normType: number,
  kernelSize: Spatial,
  options: Pick<AvgPoolOptions, 'stride' | 'ceilMode'> = {},
): Tensor {
  return slidingNorm(3, input, normType, kernelSize, options);
}

function slidingMean(op: string, spatial: number, input: Tensor, kernelSize: Spatial, options: AvgPoolOptions): Tensor {
  const { countIncludePad = true, divisorOverride } = options;
  if (divisorOverride === 0) throw new ConfigError('the divisor must not be 0', { op });
  return scope(() =>
    withBatch(op, input, spatial, (batch) => {
      const windows = slidingWindows(op, batch, kernelSize, options);
      const padding = perDimension(op, 'padding', countIncludePad ? (options.padding ?? 0) : 0, spatial);
      let output = batch;
      for (const along of windows) output = along.of(output, 0).sum(-1);
      if (divisorOverride !== undefined) return output.div(divisorOverride);
      for (const [d, along] of windows.entries()) {
        output = output.div(
          countsOf(along, batch.shape[d + 2] as number, padding[d] as number, spatial - 1 - d, batch),
        );
      }
      return output;
    }),
  );
}

/** How many elements each window has between `-padding` and `extent + padding`; one number where all have as many. */
function countsOf(
  { starts, size }: DimensionWindows,
  extent: number,
  padding: number,
  dimensionsAfter: number,
  like: Tensor,
): Tensor | number {
  const counts = starts.map((start) => Math.min(start + size, extent + padding) - Math.max(start, -padding));
  const [first = 1] = counts;
  if (counts.every((count) => count === first)) return first;
  return tensor(counts, { dtype: like.dtype }).reshape([-1, ...new Array<number>(dimensionsAfter).fill(1)]);
}

function slidingNorm(
  spatial: 1 | 2 | 3,
  input: Tensor,
  normType: number,
  kernelSize: Spatial,
  options: Pick<AvgPoolOptions, 'stride' | 'ceilMode'>,
): Tensor {
  return scope(() => {
    const op = `lpPool${spatial}d`;
    const elements = perDimension(op, 'kernelSize', kernelSize, spatial).reduce((product, size) => product * size, 1);
    const mean = slidingMean(op, spatial, input.pow(normType), kernelSize, options);
    // The mean times the full window, also where the last window is cut off: that is PyTorch's.
    return mean
      .relu()
      .mul(elements)
      .pow(1 / normType);
  });
}
