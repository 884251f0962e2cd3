import { ShapeError } from '@evenkeel/errors';
import type { HostArray, TypedArray } from '../host-array.ts';

/** A part of an image. */
export interface CropWindow {
  /** The first row and column; negative ones lie in the padding. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A part of an image `[..., height, width]`; what lies outside of the image is `fill`.
 *
 * @param fill default 0
 * @throws ShapeError for a window whose numbers are not whole or that has no extent
 */
export function crop(image: HostArray, window: CropWindow, fill = 0): HostArray {
  const { top, left, height, width } = window;
  if (![top, left, height, width].every(Number.isInteger) || height < 1 || width < 1) {
    throw new ShapeError('An image cannot be cropped to this window', {
      got: `top ${top}, left ${left}, height ${height}, width ${width}`,
      expected: 'whole numbers, height and width at least 1',
    });
  }
  const [rows, columns] = image.shape.slice(-2) as [number, number];
  const planes = image.data.length / (rows * columns);
  const data = new (image.data.constructor as new (length: number) => TypedArray)(planes * height * width);
  if (fill !== 0) data.fill(fill);
  const first = Math.max(left, 0);
  const last = Math.min(left + width, columns);
  for (let plane = 0; plane < planes; plane++) {
    for (let row = Math.max(top, 0); row < Math.min(top + height, rows) && first < last; row++) {
      const from = (plane * rows + row) * columns;
      const to = (plane * height + row - top) * width - left;
      data.set(image.data.subarray(from + first, from + last), to + first);
    }
  }
  return { data, shape: [...image.shape.slice(0, -2), height, width] };
}
