import type { ImageDataset } from '../images/image-dataset.ts';
import { parseCifar10 } from '../images/parse-cifar.ts';
import { readBytes } from './read-file.ts';

/**
 * Reads binary batches of CIFAR-10, each packed with gzip or not, as one dataset; see `parseCifar10`.
 *
 * @throws DataError naming the files if one is missing or damaged
 *
 * @example readCifar10([1, 2, 3, 4, 5].map((batch) => `cifar-10-batches-bin/data_batch_${batch}.bin`))
 */
export function readCifar10(paths: readonly string[]): ImageDataset {
  return parseCifar10(paths.map(readBytes), paths.join(', '));
}
