import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataError } from '@evenkeel/errors';
import { afterAll, describe, expect, test } from 'vitest';
import { gunzip } from '../src/idx/gunzip.ts';
import { parseIdx, parseIdxOrGzip } from '../src/idx/parse-idx.ts';
import { ImageDataset } from '../src/images/image-dataset.ts';
import { readIdxFile, readImageFolder } from '../src/node/read-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function idx(type: number, shape: number[], body: number[]): Uint8Array<ArrayBuffer> {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...body]);
}

const images = idx(8, [2, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4]);
const labels = idx(8, [2], [7, 3]);

describe('parseIdx', () => {
  test('reads bytes with their shape', () => {
    expect(parseIdx(images)).toMatchObject({ shape: [2, 2, 2], data: Uint8Array.of(0, 51, 102, 255, 1, 2, 3, 4) });
  });

  test.each([
    [9, [0xff, 0x80], Int8Array.of(-1, -128)],
    [11, [0xff, 0xfe, 1, 2], Int16Array.of(-2, 258)],
    [12, [0xff, 0xff, 0xff, 0xfd, 0, 1, 0, 2], Int32Array.of(-3, 65538)],
    [13, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1.5, -2)],
    [14, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], Float64Array.of(1.5, -2)],
  ])('reads big-endian numbers of type %i', (type, body, expected) => {
    expect(parseIdx(idx(type, [2], body)).data).toEqual(expected);
  });

  const bad: [what: string, bytes: Uint8Array, message: RegExp][] = [
    [
      'ends inside the magic number',
      images.subarray(0, 3),
      /images: the file ends inside its first four bytes, at byte 3/,
    ],
    ['has the wrong magic number', Uint8Array.of(80, 75, 3, 4), /wrong magic number, at byte 0[\s\S]*50 4b 03 04/],
    ['has an unknown type', idx(10, [2], [1, 2]), /unknown type of numbers, at byte 2[\s\S]*0xa/],
    ['has no dimensions', Uint8Array.of(0, 0, 8, 0), /no dimensions, at byte 3/],
    ['ends inside its header', images.subarray(0, 10), /ends inside its header, at byte 10[\s\S]*16 for 3 dimensions/],
    ['is cut off', images.subarray(0, 20), /is cut off, at byte 20[\s\S]*24 for shape \[2, 2, 2\]/],
    ['goes on too long', Uint8Array.of(...images, 0), /goes on after its last number, at byte 24/],
    [
      'claims terabytes',
      idx(14, [0xffffffff, 0xffffffff, 0xffffffff], []),
      /is cut off, at byte 16[\s\S]*4294967295, 4294967295/,
    ],
  ];
  test.each(bad)('refuses a file that %s, naming file and byte', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'images')).toThrow(DataError);
    expect(() => parseIdx(bytes, 'images')).toThrow(message);
  });

  test('reads gzip where there are no files, and says what is wrong with a damaged one', async () => {
    const packed = new Uint8Array(gzipSync(images));
    expect(await parseIdxOrGzip(packed)).toEqual(parseIdx(images));
    await expect(gunzip(packed.slice(0, -6), 'images.gz')).rejects.toThrow(/images\.gz is not whole/);
  });
});

describe('ImageDataset', () => {
  test('gives pixels from 0 to 1 and the class', () => {
    const dataset = new ImageDataset(parseIdx(images), parseIdx(labels));
    expect(dataset).toMatchObject({ length: 2, height: 2, width: 2 });
    expect(dataset.get(0)).toEqual({
      image: { data: Float32Array.of(0, 0.2, 0.4, 1), shape: [2, 2] },
      label: 7,
    });
  });

  test('refuses as many labels as there are not images, naming both files', () => {
    const three = parseIdx(idx(8, [3], [1, 2, 3]), 'three');
    expect(() => new ImageDataset(parseIdx(images, 'two'), three)).toThrow(/2 images in two, 3 labels in three/);
  });

  test('refuses a label that is no class, naming its byte', () => {
    const wrong = parseIdx(idx(8, [2], [1, 10]), 'wrong');
    expect(() => new ImageDataset(parseIdx(images), wrong)).toThrow(/wrong: a label is out of range, at byte 9/);
  });

  test('refuses a negative label, in an array of 32-bit integers', () => {
    const wrong = { data: Int32Array.of(1, -1), shape: [2], name: 'wide' };
    expect(() => new ImageDataset(parseIdx(images), wrong)).toThrow(/wide: a label is out of range, at byte 12/);
  });

  test('refuses labels in place of images', () => {
    expect(() => new ImageDataset(parseIdx(labels, 'labels'), parseIdx(labels))).toThrow(/labels does not hold images/);
  });
});

describe('readImageFolder', () => {
  const names = [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte.gz',
    't10k-images.idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ];

  test('reads the four files, packed or not', () => {
    for (const [position, name] of names.entries()) {
      const bytes = position % 2 === 0 ? images : labels;
      writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    }
    const { train, test: held } = readImageFolder(folder);
    expect([train.length, held.length, train.get(1).label]).toEqual([2, 2, 3]);
  });

  test('names a file that is missing', () => {
    expect(() => readImageFolder(join(folder, 'nowhere'))).toThrow(/train-images-idx3-ubyte is missing in .*nowhere/);
  });

  test('names a packed file that is damaged', () => {
    const path = join(folder, 'damaged.gz');
    writeFileSync(path, gzipSync(images).subarray(0, 20));
    expect(() => readIdxFile(path)).toThrow(/damaged\.gz is not whole/);
  });
});
