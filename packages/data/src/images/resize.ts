import { ConfigError } from '@evenkeel/errors';
import { type HostArray, roundToBytes } from '../host-array.ts';

/**
 * An image in another size, bilinear, with the corners of the outer pixels where they were (`align_corners=False`).
 *
 * Where the image shrinks, each new pixel averages all that it covers with a triangle as wide (PyTorch's and Pillow's
 * antialiasing), so that thin lines do not vanish.
 *
 * @param image `[..., height, width]`; bytes are rounded to bytes, other numbers give float32
 * @param size `[height, width]` of the result
 * @throws ConfigError for a size that is not two positive whole numbers
 */
export function resize(image: HostArray, size: readonly [height: number, width: number]): HostArray {
  if (!size.every((length) => Number.isInteger(length) && length > 0)) {
    throw new ConfigError('An image cannot have this size', {
      got: `[${size.join(', ')}]`,
      expected: 'a height and a width, whole numbers of at least 1',
    });
  }
  const height = image.shape.at(-2) as number;
  const width = image.shape.at(-1) as number;
  const planes = image.data.length / (height * width);
  const across = resample(image.data, { outer: planes * height, length: width, inner: 1 }, size[1]);
  const down = resample(across, { outer: planes, length: height, inner: size[1] }, size[0]);
  const bytes = image.data instanceof Uint8Array;
  const data = bytes ? roundToBytes(down) : new Float32Array(down);
  return { data, shape: [...image.shape.slice(0, -2), ...size] };
}

/** One dimension in another length: `[outer, length, inner]` to `[outer, to, inner]`. */
function resample(
  from: ArrayLike<number>,
  { outer, length, inner }: { outer: number; length: number; inner: number },
  to: number,
): Float64Array {
  const result = new Float64Array(outer * to * inner);
  const scale = length / to;
  const reach = Math.max(scale, 1);
  for (let position = 0; position < to; position++) {
    const center = (position + 0.5) * scale;
    const first = Math.max(Math.floor(center - reach + 0.5), 0);
    const last = Math.min(Math.floor(center + reach + 0.5), length);
    const weights = new Float64Array(last - first).map((_, tap) => {
      return Math.max(1 - Math.abs((first + tap + 0.5 - center) / reach), 0);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let block = 0; block < outer; block++) {
      for (let lane = 0; lane < inner; lane++) {
        const start = (block * length + first) * inner + lane;
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) {
          sum += (weights[tap] as number) * (from[start + tap * inner] as number);
        }
        result[(block * to + position) * inner + lane] = sum / total;
      }
    }
  }
  return result;
}
