import { DataError } from '@evenkeel/errors';
import { ImageDataset } from './image-dataset.ts';

/** What the labels of CIFAR-10 stand for. */
export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const IMAGE_BYTES = 3 * 32 * 32;
const RECORD_BYTES = 1 + IMAGE_BYTES;

/**
 * CIFAR-10's binary batches (`data_batch_1.bin`, …): records of a label byte and 3072 bytes `[3, 32, 32]`, red first.
 *
 * @param batches the unpacked files, whose images follow each other
 * @param name what to call them in errors
 * @throws DataError if a batch does not end with a record or a label is no class, naming the byte
 */
export function parseCifar10(batches: readonly Uint8Array[], name = 'the CIFAR-10 data'): ImageDataset {
  const count = batches.reduce((sum, batch) => sum + Math.ceil(batch.length / RECORD_BYTES), 0);
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const [position, batch] of batches.entries()) {
    const fail = (what: string, got: string, expected: string) =>
      new DataError(`${name}: ${what}`, { doing: `reading batch ${position + 1} of ${batches.length}`, got, expected });
    if (batch.length === 0 || batch.length % RECORD_BYTES !== 0) {
      throw fail('a batch is cut off', `${batch.length} bytes`, `records of ${RECORD_BYTES} bytes`);
    }
    for (let start = 0; start < batch.length; start += RECORD_BYTES, image++) {
      const label = batch[start] as number;
      if (label >= CIFAR10_CLASSES.length)
        throw fail(`a label is out of range, at byte ${start}`, `${label}`, '0 to 9');
      labels[image] = label;
      images.set(batch.subarray(start + 1, start + RECORD_BYTES), image * IMAGE_BYTES);
    }
  }
  return new ImageDataset(
    { data: images, shape: [count, 3, 32, 32], name },
    { data: labels, shape: [count], name },
    { classNames: CIFAR10_CLASSES },
  );
}
