import { ConfigError, ShapeError } from '@evenkeel/errors';
import { pad, type Tensor, unfold } from '@evenkeel/tensor';
import { perDimension, positivePerDimension, type Spatial } from './spatial.ts';

/** How windows lie along one dimension. */
export interface DimensionWindows {
  /** The windows of a tensor, their elements in a new last dimension; `fill` is what stands outside of it. */
  of(x: Tensor, fill: number): Tensor;
  /** Where each window begins, negative in the padding. */
  readonly starts: readonly number[];
  /** From one element of a window to the next. */
  readonly dilation: number;
  /** Elements in a window, those outside included. */
  readonly size: number;
}

export interface WindowOptions {
  /** From one window to the next (default: the kernel's size, so that they do not overlap). */
  stride?: Spatial;
  /** How far windows may begin before the input, at most half of the kernel (default 0). */
  padding?: Spatial;
  /** Whether windows that only begin inside count too (default false). */
  ceilMode?: boolean;
}

/** The windows along each spatial dimension of `[N, C, ...S]`. */
export function slidingWindows(
  op: string,
  input: Tensor,
  kernelSize: Spatial,
  options: WindowOptions & { dilation?: Spatial },
): DimensionWindows[] {
  const extents = input.shape.slice(2);
  const spatial = extents.length;
  const kernel = positivePerDimension(op, 'kernelSize', kernelSize, spatial);
  const stride = positivePerDimension(op, 'stride', options.stride ?? kernelSize, spatial);
  const padding = perDimension(op, 'padding', options.padding ?? 0, spatial);
  const dilation = positivePerDimension(op, 'dilation', options.dilation ?? 1, spatial);
  return extents.map((extent, d) => {
    const [size, step, apart] = [kernel[d] as number, stride[d] as number, dilation[d] as number];
    const [before, width] = [padding[d] as number, (size - 1) * apart + 1];
    if (before < 0 || before > width / 2) {
      throw new ConfigError('the padding must be at most half of the kernel', {
        op,
        got: `padding ${padding}, a kernel over ${width}`,
      });
    }
    const count = windowCount(extent + 2 * before - width, step, extent + before, options.ceilMode ?? false);
    if (count < 1) {
      throw new ShapeError('the kernel is larger than the padded input', {
        op,
        got: `input [${input.shape.join(', ')}]`,
        expected: `at least ${width - 2 * before} in dimension ${d + 2}`,
      });
    }
    // What the last window needs; less than nothing where the stride leaves a rest over.
    const after = (count - 1) * step + width - extent - before;
    return {
      of: (x, fill) => unfold(around(x, d + 2, before, after, fill), d + 2, size, step, apart),
      starts: Array.from({ length: count }, (_, window) => window * step - before),
      dilation: apart,
      size,
    };
  });
}

/** `room` is what is left beside one window; the last window must begin before `end`. */
function windowCount(room: number, step: number, end: number, ceilMode: boolean): number {
  if (!ceilMode) return Math.floor(room / step) + 1;
  const count = Math.ceil(room / step) + 1;
  return (count - 1) * step >= end ? count - 1 : count;
}

function around(x: Tensor, dim: number, before: number, after: number, value: number): Tensor {
  if (before === 0 && after <= 0) return x;
  const pairs = new Array<number>(2 * (x.ndim - 1 - dim)).fill(0);
  return pad(x, [...pairs, before, after], { value });
}
