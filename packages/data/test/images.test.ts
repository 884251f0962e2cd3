import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, describe, expect, test } from 'vitest';
import { CIFAR10_CLASSES, parseCifar10 } from '../src/images/parse-cifar.ts';
import { resize } from '../src/images/resize.ts';
import { decodeImage } from '../src/images.ts';
import { readCifar10 } from '../src/node/read-cifar.ts';
import { readClassFolders } from '../src/node/read-class-folders.ts';
import * as files from './image-files.ts';
import { testWithData } from './real-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
/** Pixels side by side as three planes. */
const planes = (pixels: number[]) => [0, 1, 2].flatMap((channel) => pixels.filter((_, index) => index % 3 === channel));

describe('decodeImage', () => {
  test('reads colors as planes [3, height, width]', () => {
    const image = decodeImage(bytes(files.RGB));
    expect(image.shape).toEqual([3, 3, 5]);
    expect([...image.data]).toEqual(planes(files.COLORS));
  });

  test('makes gray of colors as Pillow does, and leaves transparency out', () => {
    expect([...decodeImage(bytes(files.RGB), { channels: 1 }).data]).toEqual(files.GRAY);
    expect([...decodeImage(bytes(files.RGBA)).data]).toEqual(planes(files.COLORS));
  });

  test('reads palettes', () => {
    const colors = { d: [76, 19, 116], g: [122, 217, 114], b: [178, 139, 103], v: [95, 108, 207] };
    const pixels = [...'dgbgbbgdvvbvvvv'].flatMap((letter) => colors[letter as keyof typeof colors]);
    expect([...decodeImage(bytes(files.PALETTE)).data]).toEqual(planes(pixels));
  });

  test('reads gray of 1 and of 16 bits as bytes', () => {
    const one = [0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 255];
    expect([...decodeImage(bytes(files.ONE_BIT), { channels: 1 }).data]).toEqual(one);
    expect([...decodeImage(bytes(files.ONE_BIT)).data]).toEqual([...one, ...one, ...one]);
    const sixteen = decodeImage(bytes(files.SIXTEEN_BIT), { channels: 1 }).data;
    expect([...sixteen]).toEqual(Array.from({ length: 15 }, (_, index) => index * 17));
    const fine = encode({ width: 2, height: 1, depth: 16, channels: 1, data: Uint16Array.of(0x1234, 0xff00) });
    expect([...decodeImage(fine, { channels: 1 }).data]).toEqual([0x12, 0xff]);
  });

  test.each([
    ['baseline', files.JPEG],
    ['progressive', files.PROGRESSIVE],
  ])('reads %s JPEG to what its quality keeps', (_, file) => {
    const { data, shape } = decodeImage(bytes(file));
    expect(shape).toEqual([3, 16, 16]);
    for (let index = 0; index < 256; index++) {
      expect(Math.abs(data[index]! - 16 * (index % 16))).toBeLessThanOrEqual(4);
      expect(Math.abs(data[256 + index]! - 16 * (index >> 4))).toBeLessThanOrEqual(4);
      expect(Math.abs(data[512 + index]! - 128)).toBeLessThanOrEqual(4);
    }
  });

  test('reads gray JPEG as Pillow does, within one step', () => {
    const { data } = decodeImage(bytes(files.GRAY_JPEG), { channels: 1 });
    const first = [15, 19, 24, 29, 33, 38, 44, 48, 53, 57, 62, 67, 72, 77, 82, 86];
    for (const [index, expected] of first.entries()) expect(Math.abs(data[index]! - expected)).toBeLessThanOrEqual(1);
  });

  test('says what is wrong with other files and damaged ones', () => {
    expect(() => decodeImage(Uint8Array.of(0x47, 0x49, 0x46, 0x38), { name: 'a.gif' })).toThrow(
      /a\.gif is neither PNG nor JPEG[\s\S]*47 49 46 38/,
    );
    expect(() => decodeImage(bytes(files.RGB).subarray(0, 60))).toThrow(/damaged PNG/);
    for (const file of [bytes(files.JPEG), bytes(files.PROGRESSIVE)]) {
      for (const kept of [20, 200, 400, file.length - 1]) {
        expect(() => decodeImage(file.subarray(0, kept))).toThrow(/damaged JPEG/);
      }
    }
    const flipped = bytes(files.RGB);
    flipped[60]! ^= 255;
    expect(() => decodeImage(flipped)).toThrow(/damaged PNG/);
  });
});

describe('resize', () => {
  const image = { data: Float32Array.from({ length: 20 }, (_, index) => (index * 7) % 11), shape: [1, 4, 5] };
  // From Pillow 12.3.0, Image.resize(..., BILINEAR) in mode F.
  const cases: [size: [number, number], expected: number[]][] = [
    [
      [2, 3],
      [3.7551, 5.12698, 6.44898, 3.53061, 5.47619, 4.87755],
    ],
    [
      [7, 2],
      [4, 7, 4.53571, 6.10714, 5.39286, 4.67857, 4.25, 5.25, 3.14286, 5.89286, 4.28571, 5.03571, 5, 4.5],
    ],
  ];
  test.each(cases)('averages what shrinks and interpolates what grows, to %s', (size, expected) => {
    const { data, shape } = resize(image, size);
    expect(shape).toEqual([1, ...size]);
    for (const [index, value] of expected.entries()) expect(data[index]).toBeCloseTo(value, 4);
  });

  test('leaves an image of the same size as it is, and rounds bytes', () => {
    const same = { data: Uint8Array.from({ length: 20 }, (_, index) => (index * 67) % 256), shape: [4, 5] };
    expect(resize(same, [4, 5])).toEqual(same);
    // Pillow's; it rounds once more, between the two directions.
    const small = resize(same, [2, 3]).data;
    for (const [index, value] of [85, 138, 87, 162, 111, 164].entries()) {
      expect(Math.abs(small[index]! - value)).toBeLessThanOrEqual(1);
    }
  });

  test('refuses a size that is none', () => {
    expect(() => resize(image, [0, 2])).toThrow(/\[0, 2\]/);
  });
});

describe('parseCifar10', () => {
  const record = (label: number, value: number) => [label, ...new Array<number>(3072).fill(value)];

  test('reads the records of all batches in order', () => {
    const first = Uint8Array.from(record(3, 255));
    first[1 + 1024] = 51;
    const dataset = parseCifar10([first, Uint8Array.from([...record(9, 0), ...record(0, 0)])]);
    expect([dataset.length, dataset.height, dataset.width, dataset.classes]).toEqual([3, 32, 32, 10]);
    const { image, label } = dataset.get(0);
    expect([label, image.shape, image.data[0]]).toEqual([3, [3, 32, 32], 1]);
    expect(image.data[1024]).toBeCloseTo(0.2, 6);
    expect([dataset.get(1).label, dataset.classNames![9]]).toEqual([9, 'truck']);
  });

  test('refuses what is cut off, and a label that is no class', () => {
    expect(() => parseCifar10([new Uint8Array(3072)], 'batch.bin')).toThrow(
      /batch\.bin: a batch is cut off[\s\S]*3072/,
    );
    expect(() => parseCifar10([Uint8Array.from([...record(0, 0), ...record(10, 0)])])).toThrow(/byte 3073/);
  });

  const subset = 'cifar10-subset/train_2000.bin.gz';
  testWithData('reads the start of the training set with the classes that are known of it', subset, (path) => {
    const dataset = readCifar10([path]);
    const labels = Array.from({ length: dataset.length }, (_, index) => dataset.get(index).label);
    expect(labels.slice(0, 10)).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    const counts = CIFAR10_CLASSES.map((_, label) => labels.filter((each) => each === label).length);
    expect(counts).toEqual([202, 191, 203, 195, 214, 183, 207, 199, 203, 203]);
  });
});

describe('readClassFolders', () => {
  const write = (set: string, name: string, base64: string) => {
    mkdirSync(join(folder, set, name, '..'), { recursive: true });
    writeFileSync(join(folder, set, name), bytes(base64));
  };

  test('gives each folder a label by name, and reads its images by name', () => {
    write('train', 'dog/b.png', files.RGB);
    write('train', 'dog/a.PNG', files.PALETTE);
    write('train', 'cat/1.png', files.RGBA);
    write('train', 'cat/notes.txt', '');
    const dataset = readClassFolders(join(folder, 'train'));
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect([0, 1, 2].map((index) => dataset.get(index).label)).toEqual([0, 1, 1]);
    expect(dataset.get(1).image.shape).toEqual([3, 3, 5]);
    const firsts = [0, 1, 2].map((index) => Math.round(dataset.get(index).image.data[0]! * 255));
    expect(firsts).toEqual([68, 76, 68]);
  });

  test('resizes to one size, in gray if asked', () => {
    write('mixed', 'a/1.png', files.RGB);
    write('mixed', 'a/2.jpg', files.JPEG);
    const dataset = readClassFolders(join(folder, 'mixed'), { size: [4, 6], channels: 1 });
    expect(dataset.get(1).image.shape).toEqual([1, 4, 6]);
    expect(() => readClassFolders(join(folder, 'mixed'))).toThrow(
      /differ in size[\s\S]*3 x 5, and 16 x 16 in .*2\.jpg/,
    );
  });

  test('takes the labels of another set by its class names', () => {
    write('test', 'dog/x.png', files.RGB);
    expect(() => readClassFolders(join(folder, 'test'), { classNames: ['cat', 'dog'] })).toThrow(/cat holds no images/);
    write('test', 'cat/x.png', files.PALETTE);
    const { image, label } = readClassFolders(join(folder, 'test'), { classNames: ['dog', 'cat'] }).get(0);
    expect([label, Math.round(image.data[0]! * 255)]).toEqual([0, 68]);
  });

  test('names what is missing or damaged', () => {
    expect(() => readClassFolders(join(folder, 'nowhere'))).toThrow(/nowhere holds no classes[\s\S]*does not exist/);
    write('bad', 'a/1.png', files.RGB.slice(0, 60));
    expect(() => readClassFolders(join(folder, 'bad'))).toThrow(/1\.png is a damaged PNG/);
  });
});
