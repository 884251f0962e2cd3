import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { dimension } from './dims.ts';

/** Windows of `size` elements every `step` along one dimension: the place in the window is a new last dimension. No copy. */
export function unfold(x: Tensor, dim: number, size: number, step: number, dilation = 1): Tensor {
  return ops.windows(x, { dim: dimension('unfold', x.shape, dim, x.ndim), size, step, dilation });
}

/** The transpose of `unfold`: windows (places in the last dimension) summed back into a dimension of `extent`. */
export function foldWindows(x: Tensor, dim: number, extent: number, step: number, dilation = 1): Tensor {
  const along = dimension('foldWindows', x.shape, dim, x.ndim);
  return ops.foldWindows(x, { dim: along, extent, step, dilation });
}

/** A number for both spatial dimensions, or one each. */
export type Pair = number | readonly [number, number];

export interface BlockOptions {
  /** Default 1. */
  readonly dilation?: Pair;
  /** Zeros on each side. Default 0. */
  readonly padding?: Pair;
  /** Default 1. */
  readonly stride?: Pair;
}

/** `[N, C, H, W]` to the columns of its sliding blocks, `[N, C · kh · kw, L]` (`F.unfold`, im2col). */
export function im2col(x: Tensor, kernelSize: Pair, options: BlockOptions = {}): Tensor {
  const { kernel, dilation, padding, stride } = blocks(kernelSize, options);
  return scope(() => {
    const [n, c] = x.shape as [number, number];
    const around = [0, 0, ...padding];
    const padded = ops.pad(
      x,
      around,
      around,
      around.map(() => 0),
    );
    const rows = ops.windows(padded, { dim: 2, size: kernel[0], step: stride[0], dilation: dilation[0] });
    const both = ops.windows(rows, { dim: 3, size: kernel[1], step: stride[1], dilation: dilation[1] });
    // [N, C, oh, ow, kh, kw] to [N, C, kh, kw, oh, ow].
    const [, , oh, ow] = both.shape as [number, number, number, number];
    const arranged = ops.permute(both, [0, 1, 4, 5, 2, 3]);
    return ops.reshape(arranged, [n, c * kernel[0] * kernel[1], oh * ow]);
  });
}

/** The transpose of `im2col`: blocks summed back into an image of `outputSize` (`F.fold`). */
export function col2im(x: Tensor, outputSize: Pair, kernelSize: Pair, options: BlockOptions = {}): Tensor {
  const { kernel, dilation, padding, stride } = blocks(kernelSize, options);
  const size = pair(outputSize);
  const places = size.map((extent, d) => {
    const width = dilation[d as 0 | 1] * (kernel[d as 0 | 1] - 1) + 1;
    return Math.floor((extent + 2 * padding[d as 0 | 1] - width) / stride[d as 0 | 1]) + 1;
  }) as [number, number];
  const [n, columns, length] = x.shape as [number, number, number];
  const c = columns / (kernel[0] * kernel[1]);
  if (x.ndim !== 3 || !Number.isInteger(c) || length !== places[0] * places[1]) {
    throw new ShapeError(`col2im cannot put [${x.shape}] together to ${size.join(' x ')}`, {
      op: 'col2im',
      shapes: [x.shape],
      expected: `[N, C · ${kernel[0] * kernel[1]}, ${places[0] * places[1]}]`,
    });
  }
  return scope(() => {
    const apart = ops.permute(ops.reshape(x, [n, c, ...kernel, ...places]), [0, 1, 4, 5, 2, 3]);
    const [height, width] = size.map((extent, d) => extent + 2 * padding[d as 0 | 1]) as [number, number];
    const columnsBack = ops.foldWindows(apart, { dim: 3, extent: width, step: stride[1], dilation: dilation[1] });
    const rowsBack = ops.foldWindows(columnsBack, { dim: 2, extent: height, step: stride[0], dilation: dilation[0] });
    return ops.slice(rowsBack, [0, 0, ...padding], [1, 1, 1, 1], [n, c, ...size]);
  });
}

function blocks(kernelSize: Pair, { dilation = 1, padding = 0, stride = 1 }: BlockOptions) {
  return { kernel: pair(kernelSize), dilation: pair(dilation), padding: pair(padding), stride: pair(stride) };
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
