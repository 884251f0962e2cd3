import { DataError } from '@evenkeel/errors';
import { checkedIndex, type Dataset } from '../dataset.ts';
import type { HostArray } from '../host-array.ts';
import type { IdxArray } from './parse-idx.ts';

/** A gray image, `[height, width]` with values from 0 to 1, and its class. */
export interface LabeledImage {
  readonly image: HostArray;
  readonly label: number;
}

/**
 * Images and labels from two IDX arrays, as MNIST has them. Pixels are divided by 255 when a sample is asked for, so
 * that the data stays in memory as bytes.
 *
 * @param images bytes of shape `[N, height, width]`
 * @param labels bytes of shape `[N]`, each below `classes`
 * @param options.classes default 10
 * @throws DataError if the counts differ, an array has the wrong shape or a label is out of range
 */
export class ImageDataset implements Dataset<LabeledImage> {
  readonly length: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;

  constructor(images: IdxArray, labels: IdxArray, { classes = 10 }: { classes?: number } = {}) {
    this.#pixels = bytesOf(images, 3, 'images');
    this.#labels = bytesOf(labels, 1, 'labels');
    [this.length, this.height, this.width] = images.shape as [number, number, number];
    this.classes = classes;
    if (labels.shape[0] !== this.length) {
      throw new DataError('There are not as many labels as images', {
        got: `${this.length} images in ${images.name}, ${labels.shape[0]} labels in ${labels.name}`,
        expected: 'one label for each image',
        remedy: 'check that the two files belong together',
      });
    }
    const wrong = this.#labels.findIndex((label) => label >= classes);
    if (wrong !== -1) {
      throw new DataError(`${labels.name}: a label is out of range, at byte ${8 + wrong}`, {
        got: `label ${this.#labels[wrong]} of image ${wrong}`,
        expected: `0 to ${classes - 1}`,
      });
    }
  }

  get(index: number): LabeledImage {
    const size = this.height * this.width;
    const start = checkedIndex(index, this.length) * size;
    const data = Float32Array.from(this.#pixels.subarray(start, start + size), (pixel) => pixel / 255);
    return { image: { data, shape: [this.height, this.width] }, label: this.#labels[index] as number };
  }
}

function bytesOf(array: IdxArray, dimensions: number, what: string): Uint8Array {
  if (array.data instanceof Uint8Array && array.shape.length === dimensions) return array.data;
  throw new DataError(`${array.name} does not hold ${what}`, {
    got: `${array.data.constructor.name} of shape [${array.shape.join(', ')}]`,
    expected: `bytes (type 0x8) with ${dimensions} dimension${dimensions === 1 ? '' : 's'}`,
  });
}
