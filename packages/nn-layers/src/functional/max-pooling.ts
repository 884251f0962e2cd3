import { customGradient, oneHot, scope, type Tensor, tensor, where } from '@evenkeel/tensor';
import { type DimensionWindows, slidingWindows, type WindowOptions } from './pooling-windows.ts';
import { type Spatial, withBatch } from './spatial.ts';

export interface MaxPoolOptions<Indices extends boolean = boolean> extends WindowOptions {
  /** From one element of a window to the next (default 1). */
  dilation?: Spatial;
  /** Whether the positions of the largest elements in the flattened spatial dimensions are returned too (default false). */
  returnIndices?: Indices;
}

/** The pooled tensor, or `[pooled, indices]`. */
export type MaxPooled<Indices extends boolean> = Indices extends true ? [Tensor, Tensor] : Tensor;

/**
 * The largest element of each window; `torch.nn.functional.max_pool1d`. What is outside of the input counts as −∞. The
 * gradient goes to the first of equal elements.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @returns `[N, C, T]` or `[C, T]` with T = ⌊(L + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1; rounded up
 * with `ceilMode`, where the last window must begin in the input or the padding before it
 * @throws ConfigError for a padding of more than half the kernel
 * @throws ShapeError when no window fits
 */
export function maxPool1d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions<Indices> = {},
): MaxPooled<Indices> {
  return slidingMaximum('maxPool1d', 1, input, kernelSize, options);
}

/** As `maxPool1d` over height and width; `torch.nn.functional.max_pool2d`. */
export function maxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions<Indices> = {},
): MaxPooled<Indices> {
  return slidingMaximum('maxPool2d', 2, input, kernelSize, options);
}

/** As `maxPool1d` over depth, height and width; `torch.nn.functional.max_pool3d`. */
export function maxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions<Indices> = {},
): MaxPooled<Indices> {
  return slidingMaximum('maxPool3d', 3, input, kernelSize, options);
}

function slidingMaximum<Indices extends boolean>(
  op: string,
  spatial: number,
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions<Indices>,
): MaxPooled<Indices> {
  const windows = (batch: Tensor) => slidingWindows(op, batch, kernelSize, options);
  return poolMaximum(op, spatial, input, windows, options.returnIndices ?? false) as MaxPooled<Indices>;
}

/** The largest elements of the windows that `windowsOf` lays over a batch, and where they stand if asked. */
export function poolMaximum(
  op: string,
  spatial: number,
  input: Tensor,
  windowsOf: (batch: Tensor) => DimensionWindows[],
  returnIndices: boolean,
): MaxPooled<boolean> {
  return scope(() => {
    let indices: Tensor | undefined;
    const output = withBatch(op, input, spatial, (batch) => {
      const [values, positions] = largest(batch, windowsOf(batch), returnIndices);
      indices = positions;
      return values;
    });
    if (!indices) return output;
    return [output, indices.ndim === output.ndim ? indices : indices.squeeze(0)];
  });
}

/** Windows of so many elements are read at once; larger ones take fewer steps along one dimension after the other. */
const fewElements = 4;

// One dimension after the other, the last one first, so that of equal elements the first in reading order is taken.
function largest(
  input: Tensor,
  windows: readonly DimensionWindows[],
  positionsWanted: boolean,
): [values: Tensor, positions: Tensor | undefined] {
  const isPadded = windows.some(({ starts }) => starts.some((start) => start < 0));
  if (!positionsWanted && !isPadded && windows.reduce((size, along) => size * along.size, 1) <= fewElements) {
    const view = windows.reduce((x, along) => along.of(x, -Infinity), input).flatten(-windows.length);
    return [largestAt(view, view.argmax(-1)), undefined];
  }
  let values = input;
  let positions: Tensor | undefined;
  let stride = 1;
  for (let d = windows.length - 1; d >= 0; d--) {
    const along = windows[d] as DimensionWindows;
    const view = along.of(values, -Infinity);
    const place = insideOf(view.argmax(-1), along, d + 2);
    if (positionsWanted) {
      const starts = alongDimension(along.starts, d + 2, place.ndim);
      const here = place.mul(along.dilation).add(starts).mul(stride);
      const before = positions && where(oneHot(place, along.size, 'bool'), along.of(positions, 0), 0).sum(-1);
      positions = before ? before.add(here) : here;
      stride *= input.shape[d + 2] as number;
    }
    values = largestAt(view, place);
  }
  return [values, positions];
}

/** The largest elements of windows in the last dimension; their gradients go to the places that are given. */
const largestAt = /* @__PURE__ */ customGradient(
  (view) => view.amax(-1),
  (g, { inputs }) => {
    const [view, place] = inputs as [Tensor, Tensor];
    return [where(oneHot(place, view.shape.at(-1) as number, 'bool'), g.unsqueeze(-1), 0), undefined];
  },
);

/** In a window of nothing but −∞ the place must still be one of the input's, not of the padding before it. */
function insideOf(place: Tensor, { starts, dilation }: DimensionWindows, dim: number): Tensor {
  if (starts.every((start) => start >= 0)) return place;
  const first = starts.map((start) => Math.max(0, Math.ceil(-start / dilation)));
  return place.maximum(alongDimension(first, dim, place.ndim));
}

function alongDimension(values: readonly number[], dim: number, rank: number): Tensor {
  return tensor([...values], { dtype: 'int32' }).reshape([-1, ...new Array<number>(rank - 1 - dim).fill(1)]);
}
