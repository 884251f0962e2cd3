import {
  axis,
  binary,
  constant,
  type DeviceBuffer,
  type Expression,
  integer,
  load,
  programOf,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { expectSame, numbers } from './device.ts';
import { at, contraction, f32, type Letter, matmul, read, written } from './kernels.ts';

// Each rounding of a sum of k products of numbers below 1 is at most half an ulp of that sum.
const tolerance = { relative: 1e-5, absolute: 1e-5 };
const toleranceOf = (k: number) => ({ relative: 1e-5, absolute: 1e-6 + k * 5e-8 });

const data = (m: number, n: number, k: number) => [numbers(m * k), numbers(k * n, 2), numbers(m * n, 3)];

const sizes = [
  [1, 1, 1],
  [5, 3, 1],
  [3, 5, 2],
  [1, 63, 9],
  [63, 1, 9],
  [2, 64, 64],
  [7, 65, 33],
  [8, 130, 300],
  [16, 16, 16],
  [37, 29, 41],
  [64, 64, 300],
  [200, 300, 100],
  [100, 70, 600],
  [61, 203, 1025],
  [9, 3, 5],
  [4, 4, 4],
  [3, 2, 70],
] as const;

const variants = [true, false].flatMap((relaxed) => [
  { relaxed, tiles: 'narrow', wide: undefined },
  { relaxed, tiles: 'wide', wide: () => {} },
]);

describe.each(variants)('a product of matrices (relaxed SIMD: $relaxed, $tiles tiles)', (options) => {
  const backend = wasm(options);
  for (const layout of ['NN', 'NT', 'TN', 'TT'] as const) {
    test.each(sizes)(`${layout} %i x %i x %i`, async (m, n, k) => {
      const kernel = matmul(m, n, k, layout[0] as Letter, layout[1] as Letter);
      await expectSame(kernel, data(m, n, k), { ...toleranceOf(k), backend, offset: 4 });
    });
  }

  test.each(sizes)('with the output transposed: %i x %i x %i', async (m, n, k) => {
    await expectSame(matmul(m, n, k, 'N', 'N', 'T'), data(m, n, k), { ...toleranceOf(k), backend });
  });

  test.each(sizes)('with bias and residual in the store: %i x %i x %i', async (m, n, k) => {
    const plain = matmul(m, n, k, 'N', 'T');
    const index = at({ 0: n, 1: 1 });
    const biased = binary('add', reduced(f32, 0), load(f32, 3, axis(1)));
    const value = binary('add', unary('tanh', biased), load(f32, 4, index));
    const kernel = {
      ...plain,
      bindings: [...plain.bindings, read, read, written],
      stores: [
        { binding: 2, index, value },
        { binding: 5, index, value: unary('abs', biased) },
      ],
    };
    const inputs = [...data(m, n, k), numbers(n, 4), numbers(m * n, 5), numbers(m * n, 6)];
    await expectSame(kernel, inputs, { ...toleranceOf(k), backend });
  });
});

describe('a contraction', () => {
  test.each([
    [6, 5, 4, 7],
    [3, 33, 40, 65],
    [2, 64, 64, 100],
    [3, 1, 4, 5],
  ] as const)('runs over a batch: %i times %i x %i x %i', async (batch, m, n, k) => {
    const kernel = contraction({
      batch: [batch],
      m: [m],
      n: [n],
      k: [k],
      a: load(f32, 0, at({ 0: m * k, 1: k, 3: 1 })),
      b: load(f32, 1, at({ 0: k * n, 2: 1, 3: n })),
      stores: [{ binding: 2, index: at({ 0: m * n, 1: n, 2: 1 }), value: reduced(f32, 0) }],
    });
    const inputs = [numbers(batch * m * k), numbers(batch * k * n, 2), numbers(batch * m * n, 3)];
    await expectSame(kernel, inputs, tolerance);
  });

  test('reads no row behind the last one, even at the end of memory', async () => {
    const [m, n, k] = [61, 64, 2000];
    const backend = wasm({ maximumBytes: 8 << 20 });
    const prepared = await backend.prepare(programOf(matmul(m, n, k, 'N', 'N')));
    const b = backend.allocate(k * n * 4);
    const c = backend.allocate(m * n * 4);
    const bindings = (a: DeviceBuffer) => [a, b, c].map((buffer) => ({ buffer, offset: 0, length: buffer.bytes }));
    const first = backend.allocate(m * k * 4);
    const [, ...inputs] = data(m, n, k);
    backend.write(b, Float32Array.from(inputs[0] as number[]));
    backend.write(first, new Float32Array(m * k).fill(1));
    backend.run(prepared, { buffers: bindings(first), arguments: [] });
    const expected = await backend.read(c);
    // Fill what is left, but for a's size, so that the second a lies last.
    let left = (8 << 20) - backend.allocate(64).address - 64 - first.capacity - 1100;
    for (let bytes = 1 << 22; bytes >= 64; bytes /= 2) {
      for (; left >= bytes; left -= bytes) backend.allocate(bytes);
    }
    const last = backend.allocate(m * k * 4);
    expect((8 << 20) - (last.address + last.capacity)).toBeLessThan(1200);
    backend.write(last, new Float32Array(m * k).fill(1));
    backend.run(prepared, { buffers: bindings(last), arguments: [] });
    expect(await backend.read(c)).toEqual(expected);
  });

  test('makes attention scores from heads that lie interleaved', async () => {
    const [batches, heads, length, depth] = [2, 3, 19, 8];
    const place = (position: number) => at({ 0: length * heads * depth, 1: depth, [position]: heads * depth, 4: 1 });
    const kernel = contraction({
      batch: [batches, heads],
      m: [length],
      n: [length],
      k: [depth],
      a: load(f32, 0, place(2)),
      b: load(f32, 1, place(3)),
      stores: [
        {
          binding: 2,
          index: at({ 0: heads * length * length, 1: length * length, 2: length, 3: 1 }),
          value: binary('mul', reduced(f32, 0), constant(f32, 0.25)),
        },
      ],
    });
    const size = batches * heads * length;
    await expectSame(kernel, [numbers(size * depth), numbers(size * depth, 2), numbers(size * length, 3)], tolerance);
  });

  test('splits its columns into heads while storing', async () => {
    const [batches, length, width, heads, depth] = [2, 33, 40, 5, 12];
    const kernel = contraction({
      m: [batches, length],
      n: [heads, depth],
      k: [width],
      a: load(f32, 0, at({ 0: length * width, 1: width, 4: 1 })),
      b: load(f32, 1, at({ 2: depth * width, 3: width, 4: 1 })),
      stores: [
        {
          binding: 2,
          index: at({ 0: heads * length * depth, 2: length * depth, 1: depth, 3: 1 }),
          value: reduced(f32, 0),
        },
      ],
    });
    const inputs = [
      numbers(batches * length * width),
      numbers(heads * depth * width, 2),
      numbers(batches * length * heads * depth, 3),
    ];
    await expectSame(kernel, inputs, tolerance);
  });

  // More k's than columns: a is read where it lies, by tiles of two heights, or the last begins with rows above.
  test.each([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])('of %i rows that are read where they lie', async (m) => {
    const [n, k] = [50, 1100];
    for (const layout of ['N', 'T'] as const) {
      for (const isFinished of [false, true]) {
        const sum = reduced(f32, 0);
        const value = isFinished ? unary('neg', sum) : sum;
        const kernel = contraction({
          ...matmul(m, n, k, 'N', layout),
          stores: [{ binding: 2, index: at({ 0: n, 1: 1 }), value }],
        });
        for (const options of variants) {
          await expectSame(kernel, data(m, n, k), { ...toleranceOf(k), backend: wasm(options) });
        }
      }
    }
  });

  // a along k and b's rows short: neither is packed, though b is larger than the L1 cache.
  test.each([9, 10, 11, 12, 13, 14, 15, 16, 17])('of %i rows by what lies near', async (m) => {
    const [n, k] = [90, 300];
    for (const options of variants) {
      await expectSame(matmul(m, n, k, 'N', 'N'), data(m, n, k), { ...toleranceOf(k), backend: wasm(options) });
    }
  });

  test('multiplies operands that are computed as they are read', async () => {
    const [m, n, k] = [21, 34, 55];
    const kernel = contraction({
      bindings: [read, read, written, read],
      m: [m],
      n: [n],
      k: [k],
      a: binary('mul', load(f32, 0, at({ 0: k, 2: 1 })), load(f32, 3, axis(2))),
      b: unary('exp', load(f32, 1, at({ 1: k, 2: 1 }))),
      stores: [{ binding: 2, index: at({ 0: n, 1: 1 }), value: reduced(f32, 0) }],
    });
    await expectSame(kernel, [...data(m, n, k), numbers(k, 7)], { relative: 1e-5, absolute: 3e-5 });
  });

  // axes: o is the output channel, the k's are input channel and window.
  const [images, channels, height, width, outputs] = [3, 4, 9, 10, 6];
  const pixel = (image: Expression, channel: Expression, y: Expression, x: Expression) => {
    const row = binary('sub', y, integer(1));
    const column = binary('sub', x, integer(1));
    const inside = (e: Expression, size: number) =>
      binary('and', binary('ge', e, integer(0)), binary('lt', e, integer(size)));
    const index = weightedSum([image, channel, row, column], [channels * height * width, height * width, width, 1]);
    return load(f32, 1, index, binary('and', inside(row, height), inside(column, width)));
  };
  const image = numbers(images * channels * height * width, 2);

  test.each([1, 2])('is a convolution with padding and stride %i', async (stride) => {
    const [outHeight, outWidth] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    const step = (e: Expression, window: Expression) => binary('add', binary('mul', e, integer(stride)), window);
    const kernel = contraction({
      m: [outputs],
      n: [images, outHeight, outWidth],
      k: [channels, 3, 3],
      a: load(f32, 0, at({ 0: channels * 9, 4: 9, 5: 3, 6: 1 })),
      b: pixel(axis(1), axis(4), step(axis(2), axis(5)), step(axis(3), axis(6))),
      stores: [
        {
          binding: 2,
          index: at({ 0: outHeight * outWidth, 1: outputs * outHeight * outWidth, 2: outWidth, 3: 1 }),
          value: reduced(f32, 0),
        },
      ],
    });
    const inputs = [numbers(outputs * channels * 9), image, numbers(images * outputs * outHeight * outWidth, 3)];
    await expectSame(kernel, inputs, tolerance);
  });

  test('is a convolution over an image spread by zeros', async () => {
    const [side, spread] = [5, 2];
    const wide = (side - 1) * spread + 1;
    const place = (e: Expression, tap: Expression) => weightedSum([e, tap], [1, 2], -2);
    const [y, x] = [place(axis(1), axis(4)), place(axis(2), axis(5))];
    const inside = (e: Expression) =>
      binary(
        'and',
        binary('and', binary('ge', e, integer(0)), binary('lt', e, integer(wide))),
        binary('eq', binary('rem', e, integer(spread)), integer(0)),
      );
    const from = [y, x].map((e) => binary('div', e, integer(spread)));
    const kernel = contraction({
      m: [outputs],
      n: [wide, wide],
      k: [channels, 3, 3],
      a: load(f32, 0, at({ 0: channels * 9, 3: 9, 4: 3, 5: 1 })),
      b: load(f32, 1, weightedSum([axis(3), ...from], [side * side, side, 1]), binary('and', inside(y), inside(x))),
      stores: [{ binding: 2, index: at({ 0: wide * wide, 1: wide, 2: 1 }), value: reduced(f32, 0) }],
    });
    const inputs = [
      numbers(outputs * channels * 9),
      numbers(channels * side * side, 2),
      numbers(outputs * wide * wide, 3),
    ];
    await expectSame(kernel, inputs, tolerance);
  });

  test("is a convolution's weight gradient", async () => {
    const kernel = contraction({
      m: [outputs],
      n: [channels, 3, 3],
      k: [images, height, width],
      a: load(f32, 0, at({ 0: height * width, 4: outputs * height * width, 5: width, 6: 1 })),
      b: pixel(axis(4), axis(1), binary('add', axis(5), axis(2)), binary('add', axis(6), axis(3))),
      stores: [{ binding: 2, index: at({ 0: channels * 9, 1: 9, 2: 3, 3: 1 }), value: reduced(f32, 0) }],
    });
    const inputs = [numbers(images * outputs * height * width), image, numbers(outputs * channels * 9, 3)];
    await expectSame(kernel, inputs, tolerance);
  });

  // Too much to have at hand at once. Of 300 features on larger images, neither operand stays in the caches.
  test.each([
    [7, 8, 7, 12],
    [6, 3, 15, 12],
    [120, 2, 4, 12],
    [300, 3, 2, 22],
  ])('is a grouped weight gradient: %i features, %i channels, %i images', async (features, depth, many, side) => {
    const groups = 2;
    const [plane, all] = [side * side, groups * depth];
    const pad = (e: Expression) => binary('sub', e, integer(1));
    const [y, x] = [pad(binary('add', axis(6), axis(3))), pad(binary('add', axis(7), axis(4)))];
    const inside = (e: Expression) => binary('and', binary('ge', e, integer(0)), binary('lt', e, integer(side)));
    const index = weightedSum([axis(0), axis(2), axis(5), y, x], [depth * plane, plane, all * plane, side, 1]);
    const kernel = contraction({
      batch: [groups],
      m: [features],
      n: [depth, 3, 3],
      k: [many, side, side],
      a: load(f32, 0, at({ 0: features * plane, 1: plane, 5: groups * features * plane, 6: side, 7: 1 })),
      b: load(f32, 1, index, binary('and', inside(y), inside(x))),
      stores: [
        {
          binding: 2,
          index: at({ 0: features * depth * 9, 1: depth * 9, 2: 9, 3: 3, 4: 1 }),
          value: binary('mul', reduced(f32, 0), constant(f32, 0.125)),
        },
      ],
    });
    const outputs = groups * features * depth * 9;
    const inputs = [numbers(many * groups * features * plane), numbers(many * all * plane, 2), numbers(outputs, 3)];
    await expectSame(kernel, inputs, { relative: 1e-5, absolute: 2e-5 });
    await expectSame(kernel, inputs, { relative: 1e-5, absolute: 2e-5, backend: wasm({ relaxed: false }) });
  });

  test.each([12, 3])('adds over pieces in which a is evenly spaced: %i columns', async (n) => {
    const [m, pieces, k] = [40, 30, 70];
    const kernel = contraction({
      m: [m],
      n: [n],
      k: [pieces, k],
      a: load(f32, 0, at({ 0: k, 2: m * k, 3: 1 })),
      b: load(f32, 1, at({ 1: 1, 2: n * k, 3: n })),
      stores: [{ binding: 2, index: at({ 0: n, 1: 1 }), value: reduced(f32, 0) }],
    });
    const inputs = [numbers(m * pieces * k), numbers(n * pieces * k, 2), numbers(m * n, 3)];
    await expectSame(kernel, inputs, { relative: 1e-5, absolute: 2e-5 });
  });

  // One image whose rows are too short, and which as a whole is too large: it is cut in blocks of rows.
  test.each([
    ['output', 36, 30],
    ['weight gradient', 4, 48],
  ])("is a convolution's %s over an image of %i channels, in blocks of rows", async (what, depth, side) => {
    const plane = side * side;
    const inside = (e: Expression) => binary('and', binary('ge', e, integer(0)), binary('lt', e, integer(side)));
    const near = (channel: Expression, places: readonly Expression[], taps: readonly Expression[]) => {
      const [y, x] = places.map((place, d) => weightedSum([place, taps[d] as Expression], [1, 1], -1)) as [
        Expression,
        Expression,
      ];
      const index = weightedSum([channel, y, x], [plane, side, 1]);
      return load(f32, 1, index, binary('and', inside(y), inside(x)));
    };
    const kernel =
      what === 'output'
        ? contraction({
            m: [3],
            n: [side, side],
            k: [depth, 3, 3],
            a: load(f32, 0, at({ 0: depth * 9, 3: 9, 4: 3, 5: 1 })),
            b: near(axis(3), [axis(1), axis(2)], [axis(4), axis(5)]),
            stores: [{ binding: 2, index: at({ 0: plane, 1: side, 2: 1 }), value: reduced(f32, 0) }],
          })
        : contraction({
            m: [3],
            n: [depth, 3, 3],
            k: [side, side],
            a: load(f32, 0, at({ 0: plane, 4: side, 5: 1 })),
            b: near(axis(1), [axis(4), axis(5)], [axis(2), axis(3)]),
            stores: [{ binding: 2, index: at({ 0: depth * 9, 1: 9, 2: 3, 3: 1 }), value: reduced(f32, 0) }],
          });
    const [small, large] = [3 * depth * 9, 3 * plane];
    const [weights, outputs] = what === 'output' ? [small, large] : [large, small];
    const inputs = [numbers(weights), numbers(depth * plane, 2), numbers(outputs, 3)];
    await expectSame(kernel, inputs, { relative: 1e-5, absolute: 2e-5 });
  });

  test('cuts a large computed operand along its leading axis', async () => {
    const [m, images, n, k] = [3, 60, 70, 65];
    const kernel = contraction({
      m: [m],
      n: [images, n],
      k: [k],
      a: load(f32, 0, at({ 0: k, 3: 1 })),
      b: unary('neg', load(f32, 1, at({ 1: n * k, 2: 1, 3: n }))),
      stores: [{ binding: 2, index: at({ 0: images * n, 1: n, 2: 1 }), value: reduced(f32, 0) }],
    });
    const inputs = [numbers(m * k), numbers(images * n * k, 2), numbers(m * images * n, 3)];
    await expectSame(kernel, inputs, tolerance);
  });

  test('of vectors is their inner product, or their outer product', async () => {
    const inner = contraction({
      k: [1000],
      a: load(f32, 0, axis(0)),
      b: load(f32, 1, axis(0)),
      stores: [{ binding: 2, index: integer(0), value: reduced(f32, 0) }],
    });
    await expectSame(inner, [numbers(1000), numbers(1000, 2), [0]], tolerance);
    const outer = contraction({
      m: [37],
      n: [41],
      k: [1],
      a: load(f32, 0, axis(0)),
      b: load(f32, 1, axis(1)),
      stores: [{ binding: 2, index: at({ 0: 41, 1: 1 }), value: reduced(f32, 0) }],
    });
    await expectSame(outer, [numbers(37), numbers(41, 2), numbers(37 * 41)], tolerance);
  });
});

describe.each([
  [3, 20, 20],
  [1, 20, 64],
  [1, 31, 40],
  [2, 24, 20],
])('the gradient of %i images with %i channels, from %i of a convolution', (images, channels, made) => {
  const [height, width, taps] = [19, 7, 5];
  const inside = (place: Expression, extent: number) =>
    binary('and', binary('ge', place, integer(0)), binary('lt', place, integer(extent)));
  const moved = (position: number, tap: number) => weightedSum([axis(position), axis(tap)], [1, 1], 2 - taps);
  const [row, column] = [moved(2, 5), moved(3, 6)];
  const plane = height * width;
  // Weights turned around are computed, piece by piece: sums over several turns are added up.
  const kernel = contraction({
    batch: [images],
    m: [channels],
    n: [height, width],
    k: [made, taps, taps],
    a: load(f32, 0, at({ 1: 25, 4: 25 * channels, 5: -5, 6: -1 }, 24)),
    b: load(
      f32,
      1,
      weightedSum([axis(0), axis(4), row, column], [made * plane, plane, width, 1]),
      binary('and', inside(row, height), inside(column, width)),
    ),
    stores: [{ binding: 2, index: at({ 0: channels * plane, 1: plane, 2: width, 3: 1 }), value: reduced(f32, 0) }],
  });
  const inputs = [
    numbers(made * channels * 25),
    numbers(images * made * plane, 2),
    numbers(images * channels * plane, 3),
  ];

  test.each(variants)('is right (relaxed SIMD: $relaxed, $tiles tiles)', async (options) => {
    await expectSame(kernel, inputs, { ...toleranceOf(made * 25), backend: wasm(options) });
  });
});

// Few rows, few columns, much fewer rows than columns, a too large to be packed as a whole.
describe.each([
  [9, 20, 70],
  [20, 9, 70],
  [3, 40, 70],
  [13, 45, 70],
  [45, 40, 300],
  [70, 300, 200],
  [130, 40, 600],
])('a product %i x %i over %i whose second operand is computed along k', (m, n, k) => {
  const product = matmul(m, n, k, 'N', 'T');
  const kernel = { ...product, b: unary('exp', product.b) };

  test.each(variants)('is right (relaxed SIMD: $relaxed, $tiles tiles)', async (options) => {
    const inputs = [numbers(m * k), numbers(n * k, 2), numbers(m * n, 3)];
    await expectSame(kernel, inputs, { ...toleranceOf(k), backend: wasm(options) });
  });
});
