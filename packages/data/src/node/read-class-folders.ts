import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@evenkeel/errors';
import type { HostArray } from '../host-array.ts';
import { decodeImage, type ImageChannels } from '../images/decode-image.ts';
import { ImageDataset } from '../images/image-dataset.ts';
import { resize } from '../images/resize.ts';
import { readBytes } from './read-file.ts';

export interface ClassFoldersOptions {
  /** `[height, width]` that every image is resized to; default: as they are, all of one size. */
  size?: readonly [height: number, width: number];
  /** 3 (default) or 1 for gray. */
  channels?: ImageChannels;
  /** The folders in the order of their labels; default: all, by name. Give the training set's to read a test set. */
  classNames?: readonly string[];
}

/**
 * Reads images (PNG, JPEG) that lie in one folder per class: `folder/cat/1.png`, `folder/dog/7.jpg`. All are decoded and
 * kept as bytes. Within a class they come by name.
 *
 * @throws DataError if there are no classes, a class has no image, a file is damaged, or sizes differ and none is given
 *
 * @example
 * const train = readClassFolders('pets/train', { size: [64, 64] });
 * const test = readClassFolders('pets/test', { size: [64, 64], classNames: train.classNames });
 */
export function readClassFolders(folder: string, options: ClassFoldersOptions = {}): ImageDataset {
  const { size, channels = 3, classNames = foldersIn(folder) } = options;
  const images: HostArray[] = [];
  const labels: number[] = [];
  for (const [label, name] of classNames.entries()) {
    for (const path of imagesIn(join(folder, name))) {
      const image = decodeImage(readBytes(path), { channels, name: path });
      images.push(size ? resize(image, size) : image);
      labels.push(label);
      const first = (images[0] as HostArray).shape;
      if (String(image.shape) !== String(first) && !size) {
        throw new DataError(`The images of ${folder} differ in size`, {
          got: `${first.slice(1).join(' x ')}, and ${image.shape.slice(1).join(' x ')} in ${path}`,
          remedy: 'give a size: readClassFolders(folder, { size: [height, width] })',
        });
      }
    }
  }
  const shape = (images[0] as HostArray).shape;
  const pixels = new Uint8Array(images.length * (images[0] as HostArray).data.length);
  for (const [position, { data }] of images.entries()) pixels.set(data, position * data.length);
  return new ImageDataset(
    { data: pixels, shape: [images.length, ...shape], name: folder },
    { data: Int32Array.from(labels), shape: [images.length], name: folder },
    { classNames },
  );
}

function foldersIn(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  if (names.length > 0) return names.sort();
  throw new DataError(`${folder} holds no classes`, {
    got: existsSync(folder) ? `${entries.length} files and no folder` : 'a folder that does not exist',
    expected: 'a folder per class with its images',
  });
}

function imagesIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[^.].*\.(png|jpe?g)$/i.test(name)) : [];
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  throw new DataError(`The class folder ${folder} holds no images`, {
    got: existsSync(folder) ? readdirSync(folder).slice(0, 5).join(', ') || 'an empty folder' : 'no such folder',
    expected: 'files that end in .png, .jpg or .jpeg',
  });
}
