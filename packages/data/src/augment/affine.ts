import { ConfigError } from '@evenkeel/errors';
import { type HostArray, roundToBytes } from '../host-array.ts';

export interface AffineOptions {
  /** Clockwise, in degrees; default 0. */
  rotate?: number;
  /** `[right, down]` in pixels; default none. */
  translate?: readonly [x: number, y: number];
  /** Above 1 the image grows; default 1. */
  scale?: number;
  /** `[x, y]` in degrees; default none. */
  shear?: readonly [x: number, y: number];
  /** What lies outside of the image; default 0. */
  fill?: number;
}

/**
 * An image `[..., height, width]` rotated, scaled and sheared about its middle, then moved, with bilinear sampling
 * (torchvision's `affine` with `InterpolationMode.BILINEAR`): float32, or bytes, rounded, for bytes.
 *
 * @throws ConfigError for a scale that is not positive or a number that is not finite
 */
export function affine(image: HostArray, options: AffineOptions = {}): HostArray {
  const { rotate = 0, translate = [0, 0], scale = 1, shear = [0, 0], fill = 0 } = options;
  if (!(scale > 0) || ![rotate, ...translate, scale, ...shear, fill].every(Number.isFinite)) {
    throw new ConfigError('An image cannot be transformed like this', {
      got: `rotate ${rotate}, translate [${translate.join(', ')}], scale ${scale}, shear [${shear.join(', ')}]`,
      expected: 'finite numbers, and a scale above 0',
    });
  }
  const [height, width] = image.shape.slice(-2) as [number, number];
  const [a, b, c, d] = inverseMatrix(rotate, scale, shear);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const { data } = image;
  const area = height * width;
  const placeOf = (x: number, y: number): number => (x < 0 || x >= width || y < 0 || y >= height ? -1 : y * width + x);
  const valueAt = (plane: number, place: number): number => (place < 0 ? fill : (data[plane + place] as number));
  const result = new Float32Array(data.length);
  for (let pixel = 0; pixel < area; pixel++) {
    // Where this pixel comes from.
    const x = (pixel % width) - middleX - translate[0];
    const y = Math.floor(pixel / width) - middleY - translate[1];
    const fromX = a * x + b * y + middleX;
    const fromY = c * x + d * y + middleY;
    const left = Math.floor(fromX);
    const top = Math.floor(fromY);
    const across = fromX - left;
    const down = fromY - top;
    const leftTop = placeOf(left, top);
    const rightTop = placeOf(left + 1, top);
    const leftBottom = placeOf(left, top + 1);
    const rightBottom = placeOf(left + 1, top + 1);
    for (let plane = 0; plane < data.length; plane += area) {
      const upper = between(valueAt(plane, leftTop), valueAt(plane, rightTop), across);
      const lower = between(valueAt(plane, leftBottom), valueAt(plane, rightBottom), across);
      result[plane + pixel] = between(upper, lower, down);
    }
  }
  return { data: data instanceof Uint8Array ? roundToBytes(result) : result, shape: image.shape };
}

/** The inverse of rotation * shear * scale, as torchvision composes them: `[a, b, c, d]` of `[[a, b], [c, d]]`. */
function inverseMatrix(
  rotate: number,
  scale: number,
  shear: readonly [number, number],
): [number, number, number, number] {
  const [angle, shearX, shearY] = [rotate, ...shear].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const tilted = angle - shearY;
  const a = Math.cos(tilted) / Math.cos(shearY);
  const b = (-Math.cos(tilted) * Math.tan(shearX)) / Math.cos(shearY) - Math.sin(angle);
  const c = Math.sin(tilted) / Math.cos(shearY);
  const d = (-Math.sin(tilted) * Math.tan(shearX)) / Math.cos(shearY) + Math.cos(angle);
  return [d / scale, -b / scale, -c / scale, a / scale];
}

/** A neighbor without weight does not count, whatever it is. */
function between(one: number, other: number, part: number): number {
  return part === 0 ? one : one * (1 - part) + other * part;
}
