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
  weightedSum,
} from '@evenkeel/backend';
import { type ProgramCase, reads, wave, writes } from './program-case.ts';

export function contractionPrograms(): ProgramCase[] {
  return [severalAxes(), oneRow(), epilogue(9, 13, 17), epilogue(33, 40, 35), convolution()];
}

type Parts = Omit<ContractionKernel, 'form' | 'arguments'>;

const contraction = (parts: Parts) => programOf({ form: 'contraction', arguments: [], ...parts });
const product = reduced('float32', 0);

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const at = (values: readonly number[], i: number) => values[i] as number;
const total = (count: number, term: (k: number) => number) => range(count).reduce((sum, k) => sum + term(k), 0);

/** Each role spans two axes that do not join in memory. */
function severalAxes(): ProgramCase {
  // a[batch, k0, m0, k1, m1], b[n0, batch, k1, n1, k0], out[batch, m1, n0, m0, n1]
  const [b, m0, m1, n0, n1, k0, k1] = [2, 3, 2, 2, 5, 3, 4];
  const axes = range(7).map((i) => axis(i)) as [
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const strideA = (i: readonly number[]) => (((i[0]! * k0 + i[5]!) * m0 + i[1]!) * k1 + i[6]!) * m1 + i[2]!;
  const strideB = (i: readonly number[]) => (((i[3]! * b + i[0]!) * k1 + i[6]!) * n1 + i[4]!) * k0 + i[5]!;
  const strideOut = (i: readonly number[]) => (((i[0]! * m1 + i[2]!) * n0 + i[3]!) * m0 + i[1]!) * n1 + i[4]!;
  // Linear in each axis, so the strides are what a step along one axis adds.
  const indexBy = (place: (i: readonly number[]) => number) =>
    weightedSum(
      axes,
      range(7).map((d) => place(range(7).map((i) => Number(i === d)))),
    );
  const [left, right] = [wave(b * k0 * m0 * k1 * m1), wave(n0 * b * k1 * n1 * k0, 5)];
  const expected = new Array<number>(b * m0 * m1 * n0 * n1).fill(0);
  for (const x of range(b))
    for (const i of range(m0))
      for (const j of range(m1))
        for (const p of range(n0))
          for (const q of range(n1))
            expected[strideOut([x, i, j, p, q])] = total(k0, (u) =>
              total(k1, (v) => at(left, strideA([x, i, j, p, q, u, v])) * at(right, strideB([x, i, j, p, q, u, v]))),
            );
  return {
    name: 'a contraction over several axes in every role',
    program: contraction({
      bindings: [...reads('float32', 'float32'), ...writes('float32')],
      batch: [b],
      m: [m0, m1],
      n: [n0, n1],
      k: [k0, k1],
      a: load('float32', 0, indexBy(strideA)),
      b: load('float32', 1, indexBy(strideB)),
      stores: [{ binding: 2, index: indexBy((i) => (i[5] || i[6] ? 0 : strideOut(i))), value: product }],
    }),
    given: [left, right, expected.length],
    expected: [left, right, expected],
  };
}

function oneRow(): ProgramCase {
  const [n, k] = [21, 34];
  const [left, right] = [wave(k), wave(k * n, 2)];
  return {
    name: 'a contraction without rows or batch: a vector times a matrix',
    program: contraction({
      bindings: [...reads('float32', 'float32'), ...writes('float32')],
      batch: [],
      m: [],
      n: [n],
      k: [k],
      a: load('float32', 0, axis(1)),
      b: load('float32', 1, weightedSum([axis(1), axis(0)], [n, 1])),
      stores: [{ binding: 2, index: axis(0), value: product }],
    }),
    given: [left, right, n],
    expected: [left, right, range(n).map((j) => total(k, (i) => at(left, i) * at(right, i * n + j)))],
  };
}

/** Factors that are computed while they are read, and a result that is worked on before it is stored. */
function epilogue(m: number, k: number, n: number): ProgramCase {
  const [rows, columns, terms] = [axis(0), axis(1), axis(2)];
  const x = load('float32', 0, weightedSum([rows, terms], [k, 1]));
  const gate = load('float32', 1, terms);
  const target = weightedSum([rows, columns], [n, 1]);
  const biased = binary('add', product, load('float32', 3, columns));
  const rectified = binary('max', biased, constant('float32', 0));
  const [xs, gates, weights] = [wave(m * k), wave(k, 1), wave(k * n, 2)];
  const [biases, residual] = [wave(n, 3), wave(m * n, 4)];
  const expected = range(m * n).map((i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    const dot = total(k, (j) => at(xs, row * k + j) * at(gates, j) * at(weights, j * n + column));
    return Math.max(dot + at(biases, column), 0) + at(residual, i);
  });
  return {
    name: `a contraction of ${m} x ${k} x ${n} with gated factors, bias, rectifier and residual`,
    program: contraction({
      bindings: [...reads('float32', 'float32', 'float32', 'float32', 'float32'), ...writes('float32', 'bool')],
      batch: [],
      m: [m],
      n: [n],
      k: [k],
      a: binary('mul', x, gate),
      b: load('float32', 2, weightedSum([terms, columns], [n, 1])),
      stores: [
        { binding: 5, index: target, value: binary('add', rectified, load('float32', 4, target)) },
        { binding: 6, index: target, value: binary('gt', biased, constant('float32', 1e9)) },
      ],
    }),
    given: [xs, gates, weights, biases, residual, m * n, m * n],
    expected: [xs, gates, weights, biases, residual, expected, new Array<number>(m * n).fill(0)],
  };
}

/** A convolution with stride 2 and padding 1 as one contraction: rows are channels, columns are places. */
function convolution(): ProgramCase {
  const [channels, height, width, filters, size] = [3, 7, 9, 5, 3];
  const [down, across] = [4, 5];
  // Axes: 0 filter; 1, 2 place; 3 channel, 4, 5 within the filter.
  const place = (position: Expression, inside: Expression) =>
    binary('sub', binary('add', binary('mul', position, integer(2)), inside), integer(1));
  const [y, x] = [place(axis(1), axis(4)), place(axis(2), axis(5))];
  const within = (position: Expression, extent: number) =>
    binary('and', binary('ge', position, integer(0)), binary('lt', position, integer(extent)));
  const [image, kernels] = [wave(channels * height * width), wave(filters * channels * size * size, 6)];
  const pixel = (c: number, i: number, j: number) =>
    i < 0 || j < 0 || i >= height || j >= width ? 0 : at(image, (c * height + i) * width + j);
  const expected = range(filters * down * across).map((o) => {
    const [f, i, j] = [Math.floor(o / (down * across)), Math.floor(o / across) % down, o % across];
    return total(channels, (c) =>
      total(size, (p) =>
        total(
          size,
          (q) => at(kernels, ((f * channels + c) * size + p) * size + q) * pixel(c, 2 * i + p - 1, 2 * j + q - 1),
        ),
      ),
    );
  });
  return {
    name: 'a convolution with stride and padding',
    program: contraction({
      bindings: [...reads('float32', 'float32'), ...writes('float32')],
      batch: [],
      m: [filters],
      n: [down, across],
      k: [channels, size, size],
      a: load(
        'float32',
        1,
        weightedSum([axis(0), axis(3), axis(4), axis(5)], [channels * size * size, size * size, size, 1]),
      ),
      b: load(
        'float32',
        0,
        weightedSum([axis(3), y, x], [height * width, width, 1]),
        binary('and', within(y, height), within(x, width)),
      ),
      stores: [
        { binding: 2, index: weightedSum([axis(0), axis(1), axis(2)], [down * across, across, 1]), value: product },
      ],
    }),
    given: [image, kernels, expected.length],
    expected: [image, kernels, expected],
  };
}
