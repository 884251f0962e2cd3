import { type DType, isFloat, type Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { accumulated } from '../host/accuracy.ts';
import { between, type Draw } from '../host/draw.ts';
import { elementAt, type HostTensor, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { type Case, drawCase, type OperationCases } from './operation-cases.ts';
import { anyOf, floats, none } from './pointwise.ts';

type Attributes = AttributesOf<'matmul'>;

/** Sizes around tiles, vectors and cache blocks; layouts of all four transposes and of views. */
const products: readonly (readonly [
  batch: Shape,
  m: number,
  k: number,
  n: number,
  layouts?: readonly [Layout, Layout],
])[] = [
  [[], 1, 1, 1],
  [[], 0, 3, 5],
  [[], 3, 5, 0],
  [[], 3, 0, 5],
  [[0], 3, 2, 5],
  [[], 5, 3, 1],
  [[], 1, 65, 1],
  [[], 1, 7, 63],
  [[], 7, 5, 3],
  [[], 8, 8, 8],
  [[], 37, 41, 29],
  [[], 65, 63, 64],
  [[], 3, 300, 5],
  [[], 64, 1, 65],
  [[], 5, 1000, 9],
  [[], 130, 17, 3],
  [[2], 3, 5, 7],
  [[3, 2], 9, 4, 5],
  [[2, 1, 3], 5, 6, 17],
  [[2], 33, 16, 20],
  [[], 5, 9, 7, ['transposed', 'contiguous']],
  [[], 5, 9, 7, ['contiguous', 'transposed']],
  [[], 33, 20, 18, ['transposed', 'transposed']],
  [[2], 5, 9, 17, ['transposed', 'contiguous']],
  [[], 7, 6, 9, ['stepped', 'reversed']],
  [[], 7, 6, 9, ['reversed', 'stepped']],
  [[], 9, 5, 11, ['offset', 'offset']],
  [[4], 5, 3, 7, ['expandedFirst', 'contiguous']],
  [[4], 5, 3, 7, ['contiguous', 'expandedFirst']],
  [[], 9, 7, 5, ['expandedFirst', 'contiguous']],
  [[], 9, 7, 5, ['expandedLast', 'expandedLast']],
  [[], 6, 7, 5, ['uniform', 'contiguous']],
  [[], 6, 7, 5, ['contiguous', 'uniform']],
  [[], 3, 4, 5, ['uniform', 'uniform']],
];

const casesOf = (dtype: DType, draw: Draw) =>
  products.map(([batch, m, k, n, layouts]) =>
    drawCase(
      [
        { shape: [...batch, m, k], dtype, draw, layout: layouts?.[0] ?? 'contiguous' },
        { shape: [...batch, k, n], dtype, draw, layout: layouts?.[1] ?? 'contiguous' },
      ],
      none,
    ),
  );

/** An infinity or NaN in the last row or column must not reach others through the zeros that fill up a tile. */
function unusualEdges(dtype: DType): Case<Attributes>[] {
  if (!isFloat(dtype)) return [];
  return [Number.POSITIVE_INFINITY, Number.NaN].flatMap((value) =>
    [
      [5, 7, 9],
      [9, 3, 21],
      [37, 19, 30],
    ].flatMap(([m, k, n]) => {
      const [rows, inner, columns] = [m as number, k as number, n as number];
      const atEnd: Draw = (_random, i, count) => (i === count - 1 ? value : ((i * 7) % 5) - 2);
      const plain: Draw = (_random, i) => ((i * 3) % 7) - 3 || 1;
      const pair = (a: Draw, b: Draw, note: string) =>
        drawCase(
          [
            { shape: [rows, inner], dtype, draw: a },
            { shape: [inner, columns], dtype, draw: b },
          ],
          none,
          note,
        );
      return [pair(atEnd, plain, `${value} last in the left`), pair(plain, atEnd, `${value} last in the right`)];
    }),
  );
}

export const matmul: OperationCases<Attributes> = {
  dtypes: floats,
  accuracy: accumulated(32),
  reference([left, right], _, output) {
    const [a, b] = [left as HostTensor, right as HostTensor];
    const terms = a.shape.at(-1) as number;
    return positionsOf(output.shape).map((position) => {
      const [batch, [m, n]] = [position.slice(0, -2), position.slice(-2) as [number, number]];
      let sum = 0;
      for (let k = 0; k < terms; k++) sum += elementAt(a, [...batch, m, k]) * elementAt(b, [...batch, k, n]);
      return sum;
    });
  },
  forward: (dtype) => [...casesOf(dtype, anyOf(dtype)), ...unusualEdges(dtype)],
  backward: () => casesOf('float32', between(-2, 2)),
};
