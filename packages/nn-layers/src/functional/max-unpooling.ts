import { ShapeError } from '@evenkeel/errors';
import { onesLike, scatterAdd, scope, type Tensor, zeros } from '@evenkeel/tensor';
import { perDimension, positivePerDimension, type Spatial, withBatch } from './spatial.ts';

export interface MaxUnpoolOptions {
  /** Default: the kernel's size. */
  stride?: Spatial;
  /** Default 0. */
  padding?: Spatial;
  /** The spatial size wanted, of those that the pooling could have come from. */
  outputSize?: Spatial;
}

/**
 * Puts pooled elements back where `maxPool1d` found them, zeros elsewhere; `torch.nn.functional.max_unpool1d`.
 *
 * @param input `[N, C, T]` or `[C, T]`
 * @param indices what the pooling returned beside it, of the same shape; windows that overlap give an index twice, with the same element
 * @returns `[N, C, L]` or `[C, L]` with L = (T − 1) · stride − 2 · padding + kernelSize unless told otherwise
 * @throws ShapeError when the shapes differ
 * @throws IndexError for an index outside of the output
 */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Spatial,
  options: MaxUnpoolOptions = {},
): Tensor {
  return putBack('maxUnpool1d', 1, input, indices, kernelSize, options);
}

/** As `maxUnpool1d` over height and width; `torch.nn.functional.max_unpool2d`. */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Spatial,
  options: MaxUnpoolOptions = {},
): Tensor {
  return putBack('maxUnpool2d', 2, input, indices, kernelSize, options);
}

/** As `maxUnpool1d` over depth, height and width; `torch.nn.functional.max_unpool3d`. */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Spatial,
  options: MaxUnpoolOptions = {},
): Tensor {
  return putBack('maxUnpool3d', 3, input, indices, kernelSize, options);
}

function putBack(
  op: string,
  spatial: number,
  input: Tensor,
  indices: Tensor,
  kernelSize: Spatial,
  options: MaxUnpoolOptions,
): Tensor {
  const kernel = positivePerDimension(op, 'kernelSize', kernelSize, spatial);
  const stride = positivePerDimension(op, 'stride', options.stride ?? kernelSize, spatial);
  const padding = perDimension(op, 'padding', options.padding ?? 0, spatial);
  if (input.shape.join() !== indices.shape.join()) {
    throw new ShapeError('each element needs its index', { op, shapes: [input.shape, indices.shape] });
  }
  return scope(() =>
    withBatch(op, input, spatial, (batch) => {
      const [samples = 0, channels = 0, ...extents] = batch.shape;
      const sizes =
        options.outputSize === undefined
          ? extents.map(
              (extent, d) => (extent - 1) * (stride[d] as number) - 2 * (padding[d] as number) + (kernel[d] as number),
            )
          : positivePerDimension(op, 'outputSize', options.outputSize, spatial);
      const places = indices.reshape([samples, channels, -1]);
      const empty = zeros([samples, channels, sizes.reduce((product, size) => product * size, 1)], {
        dtype: input.dtype,
      });
      const values = batch.flatten(2);
      const counts = scatterAdd(empty, 2, places, onesLike(values));
      // An element that several windows found comes several times, but counts once.
      const output = scatterAdd(empty, 2, places, values).div(counts.clamp({ min: 1 }));
      return output.reshape([samples, channels, ...sizes]);
    }),
  );
}
