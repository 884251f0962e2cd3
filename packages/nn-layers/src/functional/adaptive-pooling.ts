import { ConfigError } from '@evenkeel/errors';
import { movedim, scope, type Tensor, tensor, unflatten, unfold } from '@evenkeel/tensor';
import { mapDimension } from './dimension-matrix.ts';
import { type MaxPooled, poolMaximum } from './max-pooling.ts';
import type { DimensionWindows } from './pooling-windows.ts';
import { withBatch } from './spatial.ts';

/** The size wanted, a number for every spatial dimension or one for each; `null` keeps the input's. */
export type AdaptiveSize = number | readonly (number | null)[];

/**
 * The mean of windows that divide the input as evenly as can be; `torch.nn.functional.adaptive_avg_pool1d`. Output o is made of
 * the elements ⌊o · L / T⌋ to before ⌈(o + 1) · L / T⌉.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param outputSize T
 * @returns `[N, C, T]` or `[C, T]`
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveMean('adaptiveAvgPool1d', 1, input, outputSize);
}

/** As `adaptiveAvgPool1d` over height and width; `torch.nn.functional.adaptive_avg_pool2d`. */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveMean('adaptiveAvgPool2d', 2, input, outputSize);
}

/** As `adaptiveAvgPool1d` over depth, height and width; `torch.nn.functional.adaptive_avg_pool3d`. */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveMean('adaptiveAvgPool3d', 3, input, outputSize);
}

export interface AdaptiveMaxPoolOptions<Indices extends boolean = boolean> {
  /** Whether the positions of the largest elements in the flattened spatial dimensions are returned too (default false). */
  returnIndices?: Indices;
}

/**
 * The largest element of the windows of `adaptiveAvgPool1d`; `torch.nn.functional.adaptive_max_pool1d`. The gradient goes to
 * the first of equal elements.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param outputSize T
 * @returns `[N, C, T]` or `[C, T]`
 */
export function adaptiveMaxPool1d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions<Indices> = {},
): MaxPooled<Indices> {
  return adaptiveMaximum('adaptiveMaxPool1d', 1, input, outputSize, options);
}

/** As `adaptiveMaxPool1d` over height and width; `torch.nn.functional.adaptive_max_pool2d`. */
export function adaptiveMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions<Indices> = {},
): MaxPooled<Indices> {
  return adaptiveMaximum('adaptiveMaxPool2d', 2, input, outputSize, options);
}

/** As `adaptiveMaxPool1d` over depth, height and width; `torch.nn.functional.adaptive_max_pool3d`. */
export function adaptiveMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions<Indices> = {},
): MaxPooled<Indices> {
  return adaptiveMaximum('adaptiveMaxPool3d', 3, input, outputSize, options);
}

function adaptiveMean(op: string, spatial: number, input: Tensor, outputSize: AdaptiveSize): Tensor {
  return scope(() =>
    withBatch(op, input, spatial, (batch) => {
      let output = batch;
      for (const [d, size] of wantedSizes(op, batch, outputSize).entries()) {
        const extent = batch.shape[d + 2] as number;
        const even = extent / size;
        if (Number.isInteger(even)) {
          output = unfold(output, d + 2, even, even).mean(-1);
          continue;
        }
        const rows = rangesOf(extent, size).map(({ start, end }) =>
          Array.from({ length: end - start }, (_, place) => [start + place, 1 / (end - start)] as const),
        );
        output = mapDimension(output, d + 2, rows);
      }
      return output;
    }),
  );
}

function adaptiveMaximum<Indices extends boolean>(
  op: string,
  spatial: number,
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions<Indices>,
): MaxPooled<Indices> {
  const windows = (batch: Tensor) =>
    wantedSizes(op, batch, outputSize).map((size, d) => adaptiveWindows(batch.shape[d + 2] as number, size, d + 2));
  return poolMaximum(op, spatial, input, windows, options.returnIndices ?? false) as MaxPooled<Indices>;
}

function adaptiveWindows(extent: number, size: number, dim: number): DimensionWindows {
  const ranges = rangesOf(extent, size);
  const starts = ranges.map(({ start }) => start);
  const even = extent / size;
  if (Number.isInteger(even)) return { of: (x) => unfold(x, dim, even, even), starts, dilation: 1, size: even };
  const longest = Math.max(...ranges.map(({ start, end }) => end - start));
  // A shorter window repeats its last element, which is never the first of its largest ones.
  const places = ranges.flatMap(({ start, end }) =>
    Array.from({ length: longest }, (_, place) => Math.min(start + place, end - 1)),
  );
  const of = (x: Tensor): Tensor =>
    movedim(unflatten(x.indexSelect(dim, tensor(places, { dtype: 'int32' })), dim, [size, longest]), dim + 1, -1);
  return { of, starts, dilation: 1, size: longest };
}

function rangesOf(extent: number, size: number): { start: number; end: number }[] {
  return Array.from({ length: size }, (_, output) => ({
    start: Math.floor((output * extent) / size),
    end: Math.ceil(((output + 1) * extent) / size),
  }));
}

function wantedSizes(op: string, { shape }: Tensor, outputSize: AdaptiveSize): number[] {
  const extents = shape.slice(2);
  const list = typeof outputSize === 'number' ? extents.map(() => outputSize) : outputSize;
  const sizes = extents.map((extent, d) => list[d] ?? extent);
  if (list.length === extents.length && sizes.every((size) => Number.isInteger(size) && size > 0)) return sizes;
  throw new ConfigError('the output size does not fit', {
    op,
    got: `outputSize ${JSON.stringify(outputSize)}`,
    expected: `a positive integer, or ${extents.length} of them or null`,
  });
}
