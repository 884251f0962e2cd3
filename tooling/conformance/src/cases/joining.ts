import type { DType, Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { exact } from '../host/accuracy.ts';
import { between, type Draw } from '../host/draw.ts';
import { elementAt, type HostTensor, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { drawCase, type OperationCases } from './operation-cases.ts';
import { anyOf, everyDType } from './pointwise.ts';

type Attributes = AttributesOf<'concat'>;

const joins: readonly (readonly [dim: number, shapes: readonly Shape[], layouts?: readonly Layout[]])[] = [
  [0, [[3]]],
  [0, [[0], [0]]],
  [0, [[1], [0], [3]]],
  [0, [[63], [65]]],
  [0, [[1000], [4099], [7]]],
  [
    0,
    [
      [3, 5],
      [1, 5],
      [2, 5],
    ],
  ],
  [
    1,
    [
      [3, 5],
      [3, 1],
      [3, 2],
    ],
  ],
  [
    1,
    [
      [2, 0, 3],
      [2, 4, 3],
    ],
  ],
  [
    2,
    [
      [2, 3, 1],
      [2, 3, 65],
    ],
  ],
  [0, Array.from({ length: 17 }, (_, i) => [i % 4])],
  [
    1,
    [
      [5, 7],
      [5, 3],
    ],
    ['transposed', 'contiguous'],
  ],
  [
    0,
    [
      [7, 5],
      [3, 5],
    ],
    ['stepped', 'reversed'],
  ],
  [
    1,
    [
      [3, 7],
      [3, 2],
    ],
    ['offset', 'transposed'],
  ],
  [
    0,
    [
      [4, 5],
      [2, 5],
    ],
    ['expandedFirst', 'expandedLast'],
  ],
  [
    1,
    [
      [4, 5],
      [4, 2],
      [4, 1],
    ],
    ['uniform', 'contiguous', 'uniform'],
  ],
  [
    3,
    [
      [2, 1, 3, 2, 2],
      [2, 1, 3, 1, 2],
    ],
  ],
];

const casesOf = (dtype: DType, draw: Draw) =>
  joins.map(([dim, shapes, layouts]) =>
    drawCase(
      shapes.map((shape, i) => ({ shape, dtype, draw, layout: layouts?.[i] ?? 'contiguous' })),
      { dim },
    ),
  );

export const concat: OperationCases<Attributes> = {
  dtypes: everyDType,
  accuracy: exact,
  reference: (inputs, { dim }, output) =>
    positionsOf(output.shape).map((position) => {
      let at = position[dim] as number;
      for (const input of inputs) {
        const extent = input.shape[dim] as number;
        if (at < extent) return elementAt(input as HostTensor, position.with(dim, at));
        at -= extent;
      }
      throw new Error('no input reaches this position');
    }),
  forward: (dtype) => casesOf(dtype, anyOf(dtype)),
  backward: () => casesOf('float32', between(-2, 2)),
};
