import { describe, expect, test } from 'vitest';
import { affine } from '../src/augment/affine.ts';
import { crop } from '../src/augment/crop.ts';
import { flip } from '../src/augment/flip.ts';
import { chainAugmentations, randomAffine, randomCrop, randomFlip } from '../src/augment/random-image.ts';
import { DataLoader } from '../src/data-loader.ts';
import { HostGenerator } from '../src/random/host-generator.ts';

const image = { data: Float32Array.from({ length: 12 }, (_, index) => index), shape: [2, 2, 3] };
const rows = (array: { data: ArrayLike<number> }) => Array.from(array.data);

describe('flip', () => {
  test('changes left and right, or top and bottom, in each plane', () => {
    expect(rows(flip(image))).toEqual([2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9]);
    expect(rows(flip(image, 'vertical'))).toEqual([3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
    expect(rows(image)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('crop', () => {
  test('cuts a window from each plane', () => {
    const part = crop(image, { top: 1, left: 1, height: 1, width: 2 });
    expect(part).toEqual({ data: Float32Array.of(4, 5, 10, 11), shape: [2, 1, 2] });
  });

  test('fills what lies outside of the image', () => {
    expect(rows(crop(image, { top: -1, left: 2, height: 2, width: 3 }, 9))).toEqual([
      9, 9, 9, 2, 9, 9, 9, 9, 9, 8, 9, 9,
    ]);
    expect(rows(crop(image, { top: 1, left: -4, height: 2, width: 2 }))).toEqual(new Array(8).fill(0));
  });

  test('refuses a window without extent', () => {
    expect(() => crop(image, { top: 0, left: 0, height: 0, width: 2 })).toThrow(/height 0/);
  });
});

describe('affine', () => {
  const ramp = { data: Float32Array.from({ length: 20 }, (_, index) => (index * 7) % 11), shape: [1, 4, 5] };

  test('leaves the image as it is without a change', () => {
    expect(affine(ramp)).toEqual(ramp);
  });

  test('does not count neighbors without weight, not even infinite ones', () => {
    const image = { data: Float32Array.of(1, Infinity, 3, -Infinity, 5, 6, 7, 8, Infinity), shape: [3, 3] };
    expect(affine(image)).toEqual(image);
    expect(rows(affine(image, { translate: [1, 0] }))).toEqual([0, 1, Infinity, 0, -Infinity, 5, 0, 7, 8]);
  });

  test('turns clockwise by 90 degrees, exactly but for rounding', () => {
    const square = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), shape: [3, 3] };
    const turned = rows(affine(square, { rotate: 90 }));
    for (const [index, value] of [7, 4, 1, 8, 5, 2, 9, 6, 3].entries()) expect(turned[index]).toBeCloseTo(value, 5);
  });

  test('moves by pixels and their parts, and mixes with the filling at the edge', () => {
    expect(rows(affine(ramp, { translate: [1, -1], fill: 5 }))).toEqual([
      5, 2, 9, 5, 1, 5, 4, 0, 7, 3, 5, 6, 2, 9, 5, 5, 5, 5, 5, 5,
    ]);
    // Row 1 of the image is 2, 9, 5, 1, 8.
    expect(rows(affine(ramp, { translate: [0.5, -1] })).slice(0, 5)).toEqual([1, 5.5, 7, 3, 4.5]);
  });

  test('doubles the size about the middle', () => {
    const square = { data: Float32Array.of(0, 0, 0, 0, 0, 8, 4, 0, 0, 2, 6, 0, 0, 0, 0, 0), shape: [4, 4] };
    // Pixels come from 0.75, 1.25, … of the image: of the four in the middle 3/4 and 1/4 of each direction's neighbors.
    const grown = rows(affine(square, { scale: 2 }));
    expect(grown[5]).toBeCloseTo((9 * 8 + 3 * 4 + 3 * 2 + 6) / 16, 5);
    expect(grown[6]).toBeCloseTo((3 * 8 + 9 * 4 + 2 + 3 * 6) / 16, 5);
  });

  // From Pillow 12.3.0, Image.transform(AFFINE, BILINEAR) in mode F with torchvision's matrix, where all four neighbors
  // lie inside; at the edge Pillow repeats pixels instead of filling. _ is an edge.
  const _ = undefined;
  const cases: [options: object, expected: (number | undefined)[]][] = [
    [
      { rotate: 30 },
      [
        _,
        4.0897,
        6.4019,
        _,
        _,
        4.0622,
        3.8086,
        5.9498,
        4.6041,
        7.8241,
        3.7942,
        3.5538,
        5.866,
        2.6782,
        7.7536,
        _,
        _,
        5.5981,
      ],
    ],
    [
      { rotate: -20, translate: [1, 0.25], scale: 1.3, shear: [15, -10] },
      [
        _,
        _,
        5.6743,
        3.8369,
        6.8562,
        _,
        4.9742,
        7.4407,
        4.7114,
        1.9098,
        _,
        3.9491,
        4.4711,
        6.3331,
        3.6761,
        _,
        2.7389,
        1.839,
      ],
    ],
  ];
  test.each(cases)('agrees with torchvision’s matrix for %j', (options, expected) => {
    const { data } = affine(ramp, options);
    for (const [index, value] of expected.entries()) if (value !== undefined) expect(data[index]).toBeCloseTo(value, 3);
  });

  test('gives bytes for bytes, and refuses a scale of 0', () => {
    const bytes = { data: Uint8Array.of(0, 255, 255, 0), shape: [2, 2] };
    expect(affine(bytes, { translate: [0.5, 0] }).data).toEqual(Uint8Array.of(0, 128, 128, 128));
    expect(() => affine(ramp, { scale: 0 })).toThrow(/scale 0/);
    expect(() => affine(ramp, { rotate: Number.NaN })).toThrow(/rotate NaN/);
  });
});

describe('random augmentations', () => {
  const random = () => new HostGenerator(7, 1);

  test('flip as often as they should', () => {
    const generator = random();
    const augment = randomFlip({ probability: 0.3 });
    const flips = Array.from({ length: 2000 }, () => augment(image, generator).data[0] === 2).filter(Boolean).length;
    // 600 expected, standard deviation 20.5; five of them.
    expect(Math.abs(flips - 600)).toBeLessThan(103);
    expect(randomFlip({ probability: 1, direction: 'vertical' })(image, generator).data[0]).toBe(3);
    expect(randomFlip({ probability: 0 })(image, generator)).toBe(image);
    expect(() => randomFlip({ probability: 1.5 })).toThrow(/1\.5/);
  });

  test('crop at every place of the padded image, and at no other', () => {
    const generator = random();
    const augment = randomCrop({ padding: 1, fill: -1 });
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 900; draw++) {
      const key = String(augment(image, generator).data);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const places = [-1, 0, 1].flatMap((top) =>
      [-1, 0, 1].map((left) => crop(image, { top, left, height: 2, width: 3 }, -1)),
    );
    expect([...counts.keys()].sort()).toEqual(places.map(({ data }) => String(data)).sort());
    // 100 expected at each, standard deviation 9.4; five of them.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(47);
    expect(randomCrop({ size: [1, 2] })(image, generator).shape).toEqual([2, 1, 2]);
    expect(() => randomCrop({ size: [3, 3] })(image, generator)).toThrow(/3 x 3 of an image of 2 x 3/);
    expect(() => randomCrop({ padding: -1 })).toThrow(/-1/);
  });

  test('stay within the ranges of an affine map', () => {
    const generator = random();
    // A single bright pixel moves by at most a third of three pixels.
    const point = { data: Float32Array.of(0, 0, 0, 0, 9, 0, 0, 0, 0), shape: [3, 3] };
    const move = randomAffine({ translate: [1 / 3, 0] });
    const centers = Array.from({ length: 50 }, () => {
      const { data } = move(point, generator);
      expect([...data.slice(0, 3), ...data.slice(6)]).toEqual([0, 0, 0, 0, 0, 0]);
      expect(data[3]! + data[4]! + data[5]!).toBeCloseTo(9, 5);
      return (data[5]! - data[3]!) / 9;
    });
    expect(Math.max(...centers)).toBeGreaterThan(0.5);
    expect(Math.min(...centers)).toBeLessThan(-0.5);
    expect(rows(randomAffine()(image, generator))).toEqual(rows(image));
    expect(() => randomAffine({ scale: [2, 1] })).toThrow(/smallest scale/);
    expect(() => randomAffine({ degrees: -1 })).toThrow(/degrees/);
  });

  test('chained in a loader are the same for the same seed and epoch', () => {
    const augment = chainAugmentations(randomFlip(), randomCrop({ padding: 1 }), randomAffine({ degrees: 20 }));
    const dataset = { length: 8, get: (index: number) => ({ image, label: index }) };
    const epoch = (seed: number, number: number) => {
      const loader = new DataLoader(dataset, {
        seed,
        transform: (sample, generator) => ({ ...sample, image: augment(sample.image, generator) as typeof image }),
        collate: (samples) => rows(samples[0]!.image),
      });
      return [...loader.batches({ epoch: number })];
    };
    expect(epoch(1, 2)).toEqual(epoch(1, 2));
    expect(epoch(1, 2)).not.toEqual(epoch(1, 3));
    expect(new Set(epoch(1, 2).map(String)).size).toBe(8);
  });
});
