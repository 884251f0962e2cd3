import { ConfigError } from '@evenkeel/errors';
import type { HostArray } from '../host-array.ts';
import type { HostGenerator } from '../random/host-generator.ts';
import { affine } from './affine.ts';
import { crop } from './crop.ts';
import { flip } from './flip.ts';

/** Changes an image `[..., height, width]` at random. */
export type ImageAugmentation = (image: HostArray, random: HostGenerator) => HostArray;

/**
 * Augmentations one after the other, for a loader's `transform`.
 *
 * @example
 * const augment = chainAugmentations(randomFlip(), randomCrop({ padding: 4 }));
 * new DataLoader(train, { transform: (sample, random) => ({ ...sample, image: augment(sample.image, random) }) });
 */
export function chainAugmentations(...augmentations: readonly ImageAugmentation[]): ImageAugmentation {
  return (image, random) => augmentations.reduce((changed, augmentation) => augmentation(changed, random), image);
}

/**
 * Flips an image with a probability.
 *
 * @param options.probability default 0.5
 * @param options.direction default `horizontal`
 * @throws ConfigError for a probability outside of 0 to 1
 */
export function randomFlip({
  probability = 0.5,
  direction = 'horizontal',
}: {
  probability?: number;
  direction?: 'horizontal' | 'vertical';
} = {}): ImageAugmentation {
  expectInRange('probability of a random flip', probability, 0, 1);
  return (image, random) => (random.uniform() < probability ? flip(image, direction) : image);
}

/**
 * Cuts a window at a random place, every place equally likely; with padding around the image the usual augmentation of
 * CIFAR-10 (`size` as the image, `padding` 4).
 *
 * @param options.size `[height, width]`; default: the image's own
 * @param options.padding pixels of `fill` around the image before it is cut; default 0
 * @param options.fill default 0
 * @throws ConfigError if the padding is no whole number, or the window is larger than the padded image
 */
export function randomCrop({
  size,
  padding = 0,
  fill = 0,
}: {
  size?: readonly [height: number, width: number];
  padding?: number;
  fill?: number;
} = {}): ImageAugmentation {
  if (!Number.isInteger(padding) || padding < 0) {
    throw new ConfigError('The padding of a random crop is not usable', {
      got: String(padding),
      expected: 'a whole number of pixels, at least 0',
    });
  }
  return (image, random) => {
    const [rows, columns] = image.shape.slice(-2) as [number, number];
    const [height, width] = size ?? [rows, columns];
    const [spareRows, spareColumns] = [rows + 2 * padding - height, columns + 2 * padding - width];
    if (spareRows < 0 || spareColumns < 0) {
      throw new ConfigError('The window of a random crop is larger than the image', {
        got: `${height} x ${width} of an image of ${rows} x ${columns} with padding ${padding}`,
      });
    }
    const top = random.below(spareRows + 1) - padding;
    return crop(image, { top, left: random.below(spareColumns + 1) - padding, height, width }, fill);
  };
}

export interface RandomAffineOptions {
  /** Rotation from minus to plus this, in degrees; default 0. */
  degrees?: number;
  /** Shift from minus to plus these fractions of width and height; default none. */
  translate?: readonly [x: number, y: number];
  /** From and to; default `[1, 1]`. */
  scale?: readonly [smallest: number, largest: number];
  /** Shear along x from minus to plus this, in degrees; default 0. */
  shear?: number;
  /** What lies outside of the image; default 0. */
  fill?: number;
}

/**
 * Rotates, shifts, scales and shears an image at random, each uniformly within its range (torchvision's `RandomAffine`,
 * with shifts that are not rounded to pixels); see `affine`.
 *
 * @throws ConfigError for a negative range or a scale that is not positive
 */
export function randomAffine(options: RandomAffineOptions = {}): ImageAugmentation {
  const { degrees = 0, translate = [0, 0], scale = [1, 1], shear = 0, fill = 0 } = options;
  expectInRange('degrees of a random affine map', degrees, 0, 360);
  expectInRange('shear of a random affine map', shear, 0, 89);
  for (const fraction of translate) expectInRange('translation of a random affine map', fraction, 0, 1);
  expectInRange('smallest scale of a random affine map', scale[0], Number.MIN_VALUE, scale[1]);
  return (image, random) => {
    const [height, width] = image.shape.slice(-2) as [number, number];
    return affine(image, {
      rotate: random.uniform(-degrees, degrees),
      translate: [
        width * random.uniform(-translate[0], translate[0]),
        height * random.uniform(-translate[1], translate[1]),
      ],
      scale: random.uniform(...scale),
      shear: [random.uniform(-shear, shear), 0],
      fill,
    });
  };
}

function expectInRange(what: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw new ConfigError(`The ${what} is not usable`, {
    got: String(value),
    expected: `a number from ${low} to ${high}`,
  });
}
