import { ConfigError } from '@evenkeel/errors';
import type { HostArray } from '../host-array.ts';

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
  const area = height * width;
  const result = new Float32Array(image.data.length);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let pixel = 0; pixel < area; pixel++) {
    // Where this pixel comes from.
    const x = (pixel % width) - middleX - translate[0];
    const y = Math.floor(pixel / width) - middleY - translate[1];
    const fromX = a * x + b * y + middleX;
    const fromY = c * x + d * y + middleY;
    for (let plane = 0; plane < image.data.length; plane += area) {
      result[plane + pixel] = sample(image.data, { plane, height, width, fill }, fromX, fromY);
    }
  }
  const bytes = image.data instanceof Uint8Array;
  return { data: bytes ? new Uint8Array(result.map(Math.round)) : result, shape: image.shape };
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

interface Plane {
  /** Where it begins. */
  readonly plane: number;
  readonly height: number;
  readonly width: number;
  readonly fill: number;
}

function sample(data: ArrayLike<number>, { plane, height, width, fill }: Plane, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (row: number, column: number): number => {
    if (row < 0 || row >= height || column < 0 || column >= width) return fill;
    return data[plane + row * width + column] as number;
  };
  const [right, down] = [x - left, y - top];
  // A neighbor without weight is not asked: it may lie outside, and fill may be anything.
  const across = (row: number) =>
    right === 0 ? at(row, left) : at(row, left) * (1 - right) + at(row, left + 1) * right;
  return down === 0 ? across(top) : across(top) * (1 - down) + across(top + 1) * down;
}
