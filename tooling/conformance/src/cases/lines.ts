import type { DType, ReductionFunction, Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { accumulated, exact } from '../host/accuracy.ts';
import { between, type Draw, integersBetween, mixed } from '../host/draw.ts';
import { elementAt, type HostTensor, linear, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { drawCase, given, type OperationCases } from './operation-cases.ts';
import { numbers } from './pointwise.ts';

const lines: readonly (readonly [shape: Shape, dim: number, layout?: Layout])[] = [
  [[1], 0],
  [[0], 0],
  [[3, 0], 0],
  [[7], 0],
  [[65], 0],
  [[300], 0],
  [[3, 33], 1],
  [[33, 3], 0],
  [[5, 64], 0],
  [[2, 9, 1, 5], 1],
  [[5, 7], 1, 'transposed'],
  [[7, 5], 0, 'transposed'],
  [[6, 9], 1, 'stepped'],
  [[6, 9], 0, 'reversed'],
  [[6, 9], 1, 'offset'],
  [[4, 6], 1, 'expandedFirst'],
  [[4, 6], 1, 'expandedLast'],
  [[5], 0, 'uniform'],
];

/** The positions of each line along a dimension, in order. */
function linesOf(shape: Shape, dim: number): number[][][] {
  const starts = positionsOf(shape.with(dim, Math.min(1, shape[dim] as number)));
  return starts.map((start) => Array.from({ length: shape[dim] as number }, (_, i) => start.with(dim, i)));
}

type Scan = AttributesOf<'scan'>;

const whole = integersBetween(-2, 2);
const drawFor = (dtype: DType): Draw => (dtype === 'int32' ? whole : mixed);
/** Long products leave the range of floats; these stay near 1. */
const nearOne: Draw = (random) => (random() < 0.5 ? -1 : 1) * (0.8 + 0.4 * random());

const functions: readonly ReductionFunction[] = ['sum', 'prod', 'max', 'min'];

const scanCases = (dtype: DType, draws: Readonly<Record<ReductionFunction, Draw>>, fns = functions) =>
  lines.flatMap(([shape, dim, layout], i) =>
    fns.map((fn) =>
      drawCase<Scan>([{ shape, dtype, draw: draws[fn], ...(layout && { layout }) }], { dim, fn, reverse: i % 2 === 1 }),
    ),
  );

const fold: Readonly<Record<ReductionFunction, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

export const scan: OperationCases<Scan> = {
  dtypes: numbers,
  accuracy: accumulated(300),
  reference([x], { dim, fn, reverse }, output) {
    const input = x as HostTensor;
    const result = new Array<number>(positionsOf(output.shape).length);
    for (const line of linesOf(output.shape, dim)) {
      let total: number | undefined;
      for (const position of reverse ? line.toReversed() : line) {
        const value = elementAt(input, position);
        if (total === undefined) total = value;
        else total = input.dtype === 'int32' && fn === 'prod' ? Math.imul(total, value) : fold[fn](total, value);
        result[linear(output.shape, position)] = total;
      }
    }
    return result;
  },
  forward(dtype) {
    const draw = drawFor(dtype);
    const prod = dtype === 'int32' ? whole : nearOne;
    const unusual =
      dtype === 'int32'
        ? []
        : functions.map((fn) => ({
            name: `${dtype} ${fn} with NaN and infinities`,
            inputs: [given(dtype, [1, Number.POSITIVE_INFINITY, 2, Number.NaN, 3, Number.NEGATIVE_INFINITY])],
            attributes: { dim: 0, fn, reverse: false },
          }));
    return [...scanCases(dtype, { sum: draw, prod, max: draw, min: draw }), ...unusual];
  },
  // Running extremes have no gradient of their own: who wants one gathers by position.
  backward: () =>
    scanCases('float32', { sum: between(-2, 2), prod: nearOne, max: nearOne, min: nearOne }, ['sum', 'prod']),
};

type Rank = AttributesOf<'rank'>;

export const rank: OperationCases<Rank> = {
  dtypes: numbers,
  accuracy: exact,
  reference([x], { dim, descending }, output) {
    const input = x as HostTensor;
    const result = new Array<number>(positionsOf(output.shape).length);
    for (const line of linesOf(output.shape, dim)) {
      const sorted = line
        .map((position, i) => ({ position, i, value: elementAt(input, position) }))
        .sort((a, b) => (descending ? -1 : 1) * inOrder(a.value, b.value) || a.i - b.i);
      sorted.forEach(({ position }, place) => {
        result[linear(output.shape, position)] = place;
      });
    }
    return result;
  },
  forward: (dtype) =>
    [false, true].flatMap((descending) => [
      ...lines.map(([shape, dim, layout]) =>
        drawCase<Rank>([{ shape, dtype, draw: drawFor(dtype), ...(layout && { layout }) }], { dim, descending }),
      ),
      {
        name: `${dtype} ${descending ? 'descending' : 'ascending'} with ties and extremes`,
        inputs: [
          given(
            dtype,
            dtype === 'int32'
              ? [3, -(2 ** 31), 3, 2 ** 31 - 1, 0, -1, 3, -1]
              : [3, Number.NaN, -0, Number.NEGATIVE_INFINITY, 0, 3, Number.NaN, Number.POSITIVE_INFINITY, 3],
          ),
        ],
        attributes: { dim: 0, descending },
      },
    ]),
};

/** NaN comes last. */
function inOrder(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}
