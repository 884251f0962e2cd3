import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@evenkeel/errors';
import { type IdxArray, parseIdx } from '../idx/parse-idx.ts';
import { ImageDataset } from '../images/image-dataset.ts';
import { readBytes } from './read-file.ts';

/**
 * Reads an IDX file, packed with gzip or not.
 *
 * @throws DataError naming the file and the byte
 */
export function readIdxFile(path: string): IdxArray {
  return parseIdx(readBytes(path), path);
}

/**
 * Reads MNIST, or a set in its form, from a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, each with or without `.gz`.
 *
 * @throws DataError naming the file that is missing or damaged
 */
export function readImageFolder(folder: string): { train: ImageDataset; test: ImageDataset } {
  const read = (name: string) => readIdxFile(findFile(folder, name));
  const train = new ImageDataset(read('train-images-idx3-ubyte'), read('train-labels-idx1-ubyte'));
  const test = new ImageDataset(read('t10k-images-idx3-ubyte'), read('t10k-labels-idx1-ubyte'));
  if (train.height !== test.height || train.width !== test.width) {
    throw new DataError(`The images of ${folder} differ in size`, {
      got: `${train.height} x ${train.width} for training, ${test.height} x ${test.width} for the test`,
    });
  }
  return { train, test };
}

/** The files of a folder that `readImageFolder` reads. */
export function imageFolderFiles(folder: string): string[] {
  const parts = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];
  return parts.map((part) => findFile(folder, `${part}-ubyte`));
}

function findFile(folder: string, name: string): string {
  // Some copies write a dot before "idx".
  const candidates = [name, `${name}.gz`, name.replace('-idx', '.idx'), `${name.replace('-idx', '.idx')}.gz`];
  const found = candidates.map((candidate) => join(folder, candidate)).find((path) => existsSync(path));
  if (found) return found;
  throw new DataError(`${name} is missing in ${folder}`, {
    got: existsSync(folder) ? 'a folder without this file' : 'a folder that does not exist',
    expected: 'the four files of MNIST in IDX form, each with or without .gz',
    remedy: 'give the folder that holds them',
  });
}
