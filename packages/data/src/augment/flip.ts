import type { HostArray, TypedArray } from '../host-array.ts';

/** An image `[..., height, width]` with left and right (default) or top and bottom changed over. */
export function flip(image: HostArray, direction: 'horizontal' | 'vertical' = 'horizontal'): HostArray {
  const height = image.shape.at(-2) as number;
  const width = image.shape.at(-1) as number;
  const data: TypedArray = image.data.slice();
  if (direction === 'horizontal') {
    for (let row = 0; row < data.length; row += width) data.subarray(row, row + width).reverse();
    return { data, shape: image.shape };
  }
  for (let row = 0; row * width < data.length; row++) {
    const across = row - (row % height) + (height - 1 - (row % height));
    data.set(image.data.subarray(across * width, (across + 1) * width), row * width);
  }
  return { data, shape: image.shape };
}
