import type { DType, Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { accumulated, exact } from '../host/accuracy.ts';
import { between, type Draw, integersBetween } from '../host/draw.ts';
import { elementAt, type HostTensor, linear, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { drawCase, type OperationCases } from './operation-cases.ts';
import { anyOf, everyDType, numbers } from './pointwise.ts';

/** Along `dim`, `size` elements of one side and `count` of the other; `shape` holds the other extents. */
interface Indexing {
  readonly shape: Shape;
  readonly dim: number;
  readonly size: number;
  readonly count: number;
  readonly layouts?: readonly [Layout, Layout];
}

const indexings: readonly Indexing[] = [
  { shape: [0], dim: 0, size: 3, count: 0 },
  { shape: [0], dim: 0, size: 1, count: 1 },
  { shape: [0], dim: 0, size: 7, count: 65 },
  { shape: [0], dim: 0, size: 65, count: 7 },
  { shape: [0], dim: 0, size: 33, count: 4099 },
  { shape: [0, 5], dim: 0, size: 7, count: 3 },
  { shape: [0, 65], dim: 0, size: 7, count: 9 },
  { shape: [0, 0], dim: 0, size: 7, count: 3 },
  { shape: [5, 0], dim: 1, size: 3, count: 7 },
  { shape: [65, 0], dim: 1, size: 9, count: 1 },
  { shape: [3, 0, 5], dim: 1, size: 4, count: 6 },
  { shape: [2, 3, 0, 1, 5], dim: 2, size: 3, count: 4 },
  { shape: [0, 5], dim: 0, size: 7, count: 3, layouts: ['transposed', 'contiguous'] },
  { shape: [5, 0], dim: 1, size: 7, count: 3, layouts: ['contiguous', 'transposed'] },
  { shape: [5, 0], dim: 1, size: 7, count: 6, layouts: ['stepped', 'reversed'] },
  { shape: [0, 6], dim: 0, size: 7, count: 6, layouts: ['reversed', 'stepped'] },
  { shape: [0, 6], dim: 0, size: 9, count: 7, layouts: ['offset', 'offset'] },
  // The usual look-up in a table: one position for a whole row.
  { shape: [0, 9], dim: 0, size: 11, count: 7, layouts: ['contiguous', 'expandedLast'] },
  { shape: [5, 0], dim: 1, size: 4, count: 7, layouts: ['expandedFirst', 'expandedFirst'] },
  { shape: [3, 0], dim: 1, size: 4, count: 5, layouts: ['uniform', 'contiguous'] },
  { shape: [3, 0], dim: 1, size: 4, count: 5, layouts: ['contiguous', 'uniform'] },
];

const gatherCases = (dtype: DType, draw: Draw) =>
  indexings.map(({ shape, dim, size, count, layouts: [first, second] = ['contiguous', 'contiguous'] }) =>
    drawCase(
      [
        { shape: shape.with(dim, size), dtype, draw, layout: first },
        { shape: shape.with(dim, count), dtype: 'int32', draw: integersBetween(0, size - 1), layout: second },
      ],
      { dim },
    ),
  );

const scatterCases = (dtype: DType, draw: Draw) =>
  indexings.map(({ shape, dim, size, count, layouts: [first, second] = ['contiguous', 'contiguous'] }) =>
    drawCase(
      [
        { shape: shape.with(dim, count), dtype, draw, layout: first },
        { shape: shape.with(dim, count), dtype: 'int32', draw: integersBetween(0, size - 1), layout: second },
      ],
      { dim, size },
    ),
  );

export const gather: OperationCases<AttributesOf<'gather'>> = {
  dtypes: everyDType,
  accuracy: exact,
  reference: ([x, index], { dim }, output) =>
    positionsOf(output.shape).map((position) =>
      elementAt(x as HostTensor, position.with(dim, elementAt(index as HostTensor, position))),
    ),
  forward: (dtype) => gatherCases(dtype, anyOf(dtype)),
  backward: () => gatherCases('float32', between(-2, 2)),
};

export const scatterAdd: OperationCases<AttributesOf<'scatterAdd'>> = {
  dtypes: numbers,
  // A backend without the routine adds in blocks.
  accuracy: accumulated(32),
  reference([source, index], { dim }, output) {
    const sums = positionsOf(output.shape).map(() => 0);
    for (const position of positionsOf((source as HostTensor).shape)) {
      const at = linear(output.shape, position.with(dim, elementAt(index as HostTensor, position)));
      sums[at] = (sums[at] as number) + elementAt(source as HostTensor, position);
    }
    return sums;
  },
  forward: (dtype) => scatterCases(dtype, anyOf(dtype)),
  backward: () => scatterCases('float32', between(-2, 2)),
};
