/** Convolutions whose windows are read where the image lies, gaps between the rows included. */
import {
  axis,
  binary,
  type ContractionKernel,
  constant,
  type Expression,
  integer,
  load,
  programOf,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { wasm } from '../src/index.ts';
import { planContraction } from '../src/kernels/contraction/plan.ts';
import { loadFor } from '../src/kernels/on-demand.ts';
import { expectSame, numbers, runKernel } from './device.ts';
import { f32, read, written } from './kernels.ts';
import { withThreads } from './started.ts';

const plain = wasm({ relaxed: false });
afterAll(() => plain.dispose());

interface Shape {
  readonly images: number;
  readonly features: number;
  readonly channels: number;
  readonly side: readonly [number, number];
  readonly taps: number;
  readonly padding: number;
  readonly stride?: number;
  readonly dilation?: number;
  /** What is done to each value of the image. */
  readonly of?: (pixel: Expression) => Expression;
}

const outOf = ({ side, taps, padding, stride = 1, dilation = 1 }: Shape) =>
  side.map((n) => Math.floor((n + 2 * padding - dilation * (taps - 1) - 1) / stride) + 1) as [number, number];

/** Axes: 0 image; 1 feature; 2, 3 place; 4 channel; 5, 6 tap. max(Σ weight · pixel + bias, 0). */
function convolution(shape: Shape): ContractionKernel {
  const { images, features, channels, side, taps, padding, stride = 1, dilation = 1, of = (e) => e } = shape;
  const [height, width] = side;
  const [rows, columns] = outOf(shape);
  const [y, x] = [0, 1].map((d) => weightedSum([axis(2 + d), axis(5 + d)], [stride, dilation], -padding)) as [
    Expression,
    Expression,
  ];
  const inside = (e: Expression, n: number) => binary('and', binary('ge', e, integer(0)), binary('lt', e, integer(n)));
  const plane = height * width;
  const index = weightedSum([axis(0), axis(4), y, x], [channels * plane, plane, width, 1]);
  const guard = padding > 0 ? binary('and', inside(y, height), inside(x, width)) : undefined;
  const weight = weightedSum([axis(1), axis(4), axis(5), axis(6)], [channels * taps * taps, taps * taps, taps, 1]);
  const places = rows * columns;
  return {
    form: 'contraction',
    bindings: [read, read, written, read],
    arguments: [],
    batch: [images],
    m: [features],
    n: [rows, columns],
    k: [channels, taps, taps],
    a: load(f32, 0, weight),
    b: of(load(f32, 1, index, guard)),
    stores: [
      {
        binding: 2,
        index: weightedSum([0, 1, 2, 3].map(axis), [features * places, places, columns, 1]),
        value: binary('max', binary('add', reduced(f32, 0), load(f32, 3, axis(1))), constant(f32, 0)),
      },
    ],
  };
}

function inputsOf(shape: Shape): readonly (readonly number[])[] {
  const { images, features, channels, side, taps } = shape;
  const [rows, columns] = outOf(shape);
  const places = rows * columns;
  return [
    numbers(features * channels * taps * taps),
    numbers(images * channels * side[0] * side[1], 2),
    numbers(images * features * places, 3),
    numbers(features, 4),
  ];
}

const scratch = { sums: 4, left: { values: 5, grid: 6 }, right: { values: 7, grid: 8 } };

const windowsIn = (kernel: ContractionKernel) => planContraction(kernel, scratch, 8).right.windows;

const same: Shape = { images: 3, features: 16, channels: 5, side: [9, 14], taps: 3, padding: 1 };

const shapes: readonly [string, Shape][] = [
  ['with padding', same],
  ['without', { ...same, padding: 0 }],
  ['of one feature', { ...same, features: 1 }],
  ['of three features', { ...same, features: 3 }],
  ['of 37 features on a large image', { ...same, features: 37, images: 1, channels: 8, side: [60, 62] }],
  ['with 5 x 5 taps over one channel', { ...same, features: 8, channels: 1, taps: 5, padding: 2, side: [12, 13] }],
  ['with taps that lie apart', { ...same, features: 8, dilation: 2, padding: 2 }],
  ['over a row', { ...same, side: [1, 39] }],
  ['of what is computed from the image', { ...same, of: (pixel) => unary('exp', unary('neg', pixel)) }],
];

beforeAll(() => loadFor(programOf(convolution(same)).steps));

describe('windows', () => {
  test('of a padded image lie in a copy of it with a border', () => {
    // A row of places is 14 long, one of the copy 16.
    expect(windowsIn(convolution(same))).toMatchObject({ columnSteps: [16, 1], span: 8 * 16 + 14 });
  });

  test('without padding lie in the image itself', () => {
    const kernel = convolution({ ...same, padding: 0 });
    expect(windowsIn(kernel)).toMatchObject({ columnSteps: [14, 1], span: 6 * 14 + 12 });
    expect(planContraction(kernel, scratch, 8)).toMatchObject({ right: { view: { binding: 1 } } });
  });

  test('are copied where they are not neighbors, or the gaps too many for that many features', () => {
    expect(windowsIn(convolution({ ...same, stride: 2 }))).toBeUndefined();
    expect(windowsIn(convolution({ ...same, side: [6, 4] }))).toBeUndefined();
    expect(windowsIn(convolution({ ...same, features: 32 }))).toBeUndefined();
  });

  test.each([
    ['an odd number of cache lines', [16, 16], 17 * 16],
    ['what they are long where that is no even number of lines', [14, 14], 14 * 14],
    ['what they are long where all of them are near', [8, 8], 8 * 8],
  ] as const)('copied lie apart %s', async (_, side, apart) => {
    const shape: Shape = { ...same, side, features: 64, channels: 9 };
    const { right } = planContraction(convolution(shape), scratch, 8);
    expect(right.windows).toBeUndefined();
    expect(right.view).toMatchObject({ binding: 7, columnStride: apart });
    await expectSame(convolution(shape), inputsOf(shape), { relative: 1e-5, absolute: 1e-5 });
  });
});

describe('what reads windows is loaded', () => {
  const isLoadedFor = async (kernel: ContractionKernel): Promise<boolean> => {
    vi.resetModules();
    const fresh = await import('../src/kernels/on-demand.ts');
    return fresh.loadFor(programOf(kernel).steps) !== undefined;
  };

  test.each(shapes)('for a convolution %s', async (_, shape) => {
    expect(await isLoadedFor(convolution(shape))).toBe(true);
  });

  test('but not for a product of matrices', async () => {
    const product = { ...convolution(same), n: [8], k: [8], a: load(f32, 0, axis(3)), b: load(f32, 1, axis(3)) };
    expect(await isLoadedFor(product)).toBe(false);
  });
});

describe('a convolution over windows', () => {
  test.each(shapes)('%s is the sum of products', async (_, shape) => {
    const kernel = convolution(shape);
    expect(windowsIn(kernel)).toBeDefined();
    await expectSame(kernel, inputsOf(shape), { relative: 1e-5, absolute: 1e-5 });
    await expectSame(kernel, inputsOf(shape), { relative: 1e-5, absolute: 1e-5, backend: plain });
  });

  test.each([1, 7])('of %i images gives the same bits on any number of threads', async (images) => {
    const shape: Shape = { ...same, images, side: [30, 31], features: 24 };
    const [one, three] = await Promise.all([1, 3].map((threads) => withThreads(threads)));
    try {
      const results = [one, three].map((backend) => runKernel(convolution(shape), inputsOf(shape), { backend }));
      const [first, second] = await Promise.all(results);
      expect(second?.[2]).toEqual(first?.[2]);
    } finally {
      one?.dispose();
      three?.dispose();
    }
  });
});
