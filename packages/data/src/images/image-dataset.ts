import { DataError } from '@evenkeel/errors';
import { checkedIndex, type Dataset } from '../dataset.ts';
import type { HostArray } from '../host-array.ts';
import type { IdxArray } from '../idx/parse-idx.ts';

/** The value of each byte. */
const levels = new Float32Array(256).map((_, byte) => byte / 255);

/** An image, `[height, width]` or `[channels, height, width]` with values from 0 to 1, and its class. */
export interface LabeledImage {
  readonly image: HostArray;
  readonly label: number;
}

/**
 * Images and labels from two arrays, as the IDX files of MNIST hold them. Pixels are divided by 255 when a sample is
 * asked for, so that the data stays in memory as bytes.
 *
 * ```ts
 * const images = { data: Uint8Array.of(0, 51, 102, 255), shape: [1, 2, 2], name: 'images' };
 * const dataset = new ImageDataset(images, { data: Uint8Array.of(7), shape: [1], name: 'labels' });
 * const { image, label } = dataset.get(0);
 * console.log(image.shape, [...image.data].map((pixel) => pixel.toFixed(1)).join(' '), label); // prints [ 2, 2 ] 0.0 0.2 0.4 1.0 7
 * ```
 *
 * @param images bytes of shape `[N, height, width]` or `[N, channels, height, width]`
 * @param labels bytes or 32-bit integers of shape `[N]`, each below `classes`
 * @param options.classes default: as many as there are names, or 10
 * @param options.classNames what the classes are called, in the order of their labels; default none
 * @throws DataError if the counts differ, an array has the wrong shape or a label is out of range
 */
export class ImageDataset implements Dataset<LabeledImage> {
  readonly length: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly classNames: readonly string[] | undefined;
  readonly #imageShape: readonly number[];
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array | Int32Array;

  constructor(
    images: IdxArray,
    labels: IdxArray,
    { classNames, classes = classNames?.length ?? 10 }: { classes?: number; classNames?: readonly string[] } = {},
  ) {
    this.#pixels = pixelsOf(images);
    this.#labels = labelsOf(labels);
    this.length = images.shape[0] as number;
    this.#imageShape = images.shape.slice(1);
    [this.height, this.width] = images.shape.slice(-2) as [number, number];
    this.classes = classes;
    this.classNames = classNames;
    if (labels.shape[0] !== this.length) {
      throw new DataError('There are not as many labels as images', {
        got: `${this.length} images in ${images.name}, ${labels.shape[0]} labels in ${labels.name}`,
        expected: 'one label for each image',
        remedy: 'check that the two files belong together',
      });
    }
    const wrong = this.#labels.findIndex((label) => label < 0 || label >= classes);
    if (wrong !== -1) {
      throw new DataError(
        `${labels.name}: a label is out of range, at byte ${8 + wrong * labels.data.BYTES_PER_ELEMENT}`,
        {
          got: `label ${this.#labels[wrong]} of image ${wrong}`,
          expected: `0 to ${classes - 1}`,
        },
      );
    }
  }

  get(index: number): LabeledImage {
    const size = this.#imageShape.reduce((product, length) => product * length, 1);
    const start = checkedIndex(index, this.length) * size;
    const pixels = this.#pixels;
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = levels[pixels[start + i] as number] as number;
    return { image: { data, shape: this.#imageShape }, label: this.#labels[index] as number };
  }
}

function pixelsOf(array: IdxArray): Uint8Array {
  const { data, shape } = array;
  if (data instanceof Uint8Array && (shape.length === 3 || shape.length === 4)) return data;
  throw wrongArray(array, 'images', 'bytes (type 0x8) with 3 dimensions, or 4 with channels');
}

function labelsOf(array: IdxArray): Uint8Array | Int32Array {
  const { data, shape } = array;
  if ((data instanceof Uint8Array || data instanceof Int32Array) && shape.length === 1) return data;
  throw wrongArray(array, 'labels', 'bytes (type 0x8) or 32-bit integers (0xc) with 1 dimension');
}

function wrongArray({ data, shape, name }: IdxArray, what: string, expected: string): DataError {
  const got = `${data.constructor.name} of shape [${shape.join(', ')}]`;
  return new DataError(`${name} does not hold ${what}`, { got, expected });
}
