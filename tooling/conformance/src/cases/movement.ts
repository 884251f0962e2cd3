import type { DType, Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { exact } from '../host/accuracy.ts';
import { between, type Draw } from '../host/draw.ts';
import { elementAt, type HostTensor, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { drawCase, type OperationCases } from './operation-cases.ts';
import { anyOf, everyDType } from './pointwise.ts';

/** One arrangement of one input. */
type Arrangement<Attributes> = readonly [shape: Shape, attributes: Attributes, layout?: Layout];

/** The cases of a primitive that only says where each element of its output comes from: undefined is nowhere, a 0. */
function movementCases<Attributes>(
  arrangements: readonly Arrangement<Attributes>[],
  from: (position: readonly number[], input: Shape, attributes: Attributes) => readonly number[] | undefined,
): OperationCases<Attributes> {
  const casesOf = (dtype: DType, draw: Draw) =>
    arrangements.map(([shape, attributes, layout]) =>
      drawCase([{ shape, dtype, draw, ...(layout && { layout }) }], attributes),
    );
  return {
    dtypes: everyDType,
    accuracy: exact,
    reference: ([x], attributes, output) =>
      positionsOf(output.shape).map((position) => {
        const source = from(position, (x as HostTensor).shape, attributes);
        return source ? elementAt(x as HostTensor, source) : 0;
      }),
    forward: (dtype) => casesOf(dtype, anyOf(dtype)),
    backward: () => casesOf('float32', between(-2, 2)),
  };
}

export const reshape = movementCases<AttributesOf<'reshape'>>(
  [
    [[], { shape: [1, 1] }],
    [[1], { shape: [] }],
    [[0, 3], { shape: [5, 0] }],
    [[6, 5], { shape: [30] }],
    [[65], { shape: [5, 13] }],
    [[2, 3, 4], { shape: [4, 1, 6] }],
    [[4, 6], { shape: [2, 2, 3, 2] }, 'transposed'],
    [[6, 4], { shape: [24] }, 'transposed'],
    [[12], { shape: [3, 4] }, 'stepped'],
    [[4, 9], { shape: [6, 6] }, 'stepped'],
    [[15], { shape: [5, 3] }, 'reversed'],
    [[4, 3], { shape: [12] }, 'reversed'],
    [[63], { shape: [7, 9] }, 'offset'],
    [[3, 4], { shape: [12] }, 'expandedFirst'],
    [[4, 3], { shape: [2, 6] }, 'expandedLast'],
    [[4, 3], { shape: [2, 6] }, 'uniform'],
  ],
  (position, shape, { shape: to }) => {
    let rest = to.reduce((sum, extent, d) => sum * extent + (position[d] as number), 0);
    const source = new Array<number>(shape.length);
    for (let d = shape.length - 1; d >= 0; d--) {
      source[d] = rest % (shape[d] as number);
      rest = Math.floor(rest / (shape[d] as number));
    }
    return source;
  },
);

export const permute = movementCases<AttributesOf<'permute'>>(
  [
    [[], { dims: [] }],
    [[0, 3], { dims: [1, 0] }],
    [[5], { dims: [0] }],
    [[3, 65], { dims: [1, 0] }],
    [[63, 33], { dims: [1, 0] }],
    [[2, 3, 5], { dims: [2, 0, 1] }],
    [[2, 3, 5], { dims: [1, 2, 0] }, 'transposed'],
    [[2, 1, 3, 2, 3], { dims: [4, 2, 0, 3, 1] }],
    [[7, 5], { dims: [1, 0] }, 'stepped'],
    [[7, 5], { dims: [1, 0] }, 'reversed'],
    [[3, 5], { dims: [1, 0] }, 'offset'],
    [[4, 5], { dims: [1, 0] }, 'expandedFirst'],
    [[4, 3], { dims: [1, 0] }, 'uniform'],
  ],
  (position, _shape, { dims }) => {
    const source = new Array<number>(dims.length);
    dims.forEach((dim, d) => {
      source[dim] = position[d] as number;
    });
    return source;
  },
);

export const expand = movementCases<AttributesOf<'expand'>>(
  [
    [[], { shape: [] }],
    [[1], { shape: [0] }],
    [[1], { shape: [65] }],
    [[65, 1], { shape: [65, 3] }],
    [[0, 1], { shape: [0, 3] }],
    [[3], { shape: [3] }],
    [[1, 7], { shape: [5, 7] }],
    [[5, 1], { shape: [5, 7] }],
    [[2, 1, 3, 1], { shape: [2, 5, 3, 4] }],
    [[5, 1], { shape: [5, 3] }, 'transposed'],
    [[7, 1], { shape: [7, 3] }, 'stepped'],
    [[1, 7], { shape: [3, 7] }, 'reversed'],
    [[1, 9], { shape: [2, 9] }, 'offset'],
    [[4, 1], { shape: [4, 3] }, 'expandedFirst'],
    [[1, 3], { shape: [4, 3] }, 'uniform'],
  ],
  (position, shape) => position.map((at, d) => (shape[d] === 1 ? 0 : at)),
);

export const slice = movementCases<AttributesOf<'slice'>>(
  [
    [[], { starts: [], steps: [], shape: [] }],
    [[0], { starts: [0], steps: [1], shape: [0] }],
    [[7], { starts: [7], steps: [1], shape: [0] }],
    [[7], { starts: [6], steps: [1], shape: [1] }],
    [[65], { starts: [1], steps: [1], shape: [63] }],
    [[65], { starts: [2], steps: [3], shape: [21] }],
    [[65], { starts: [64], steps: [-1], shape: [65] }],
    [[65], { starts: [60], steps: [-7], shape: [9] }],
    [[8200], { starts: [4099], steps: [1], shape: [4099] }],
    [[7, 9], { starts: [1, 2], steps: [2, 3], shape: [3, 2] }],
    [[7, 9], { starts: [6, 0], steps: [-2, 1], shape: [4, 9] }],
    [[7, 9], { starts: [5, 8], steps: [-1, -2], shape: [3, 4] }, 'transposed'],
    [[5, 6], { starts: [4, 1], steps: [-3, 2], shape: [2, 3] }, 'stepped'],
    [[5, 6], { starts: [4, 5], steps: [-1, -1], shape: [5, 6] }, 'reversed'],
    [[3, 7], { starts: [1, 1], steps: [1, 2], shape: [2, 3] }, 'offset'],
    [[4, 5], { starts: [3, 4], steps: [-1, -2], shape: [3, 3] }, 'expandedFirst'],
    [[4, 5], { starts: [1, 1], steps: [1, 1], shape: [2, 3] }, 'uniform'],
    [[2, 3, 4, 1, 5], { starts: [1, 2, 0, 0, 4], steps: [1, -1, 2, 1, -2], shape: [1, 2, 2, 1, 3] }],
  ],
  (position, _shape, { starts, steps }) => position.map((at, d) => (starts[d] as number) + at * (steps[d] as number)),
);

export const pad = movementCases<AttributesOf<'pad'>>(
  [
    [[], { before: [], after: [], interior: [] }],
    [[0], { before: [2], after: [3], interior: [4] }],
    [[3, 0], { before: [0, 1], after: [1, 0], interior: [0, 0] }],
    [[1], { before: [0], after: [0], interior: [3] }],
    [[5], { before: [0], after: [0], interior: [0] }],
    [[7], { before: [2], after: [0], interior: [0] }],
    [[7], { before: [0], after: [3], interior: [0] }],
    [[63], { before: [1], after: [1], interior: [1] }],
    [[1000], { before: [65], after: [7], interior: [2] }],
    [[5, 7], { before: [1, 2], after: [3, 0], interior: [0, 1] }],
    [[5, 7], { before: [1, 2], after: [3, 0], interior: [2, 0] }, 'transposed'],
    [[7, 5], { before: [0, 3], after: [1, 1], interior: [0, 0] }, 'stepped'],
    [[7, 5], { before: [0, 3], after: [1, 1], interior: [1, 1] }, 'reversed'],
    [[3, 5], { before: [1, 1], after: [1, 1], interior: [0, 0] }, 'offset'],
    [[4, 5], { before: [1, 1], after: [2, 0], interior: [0, 1] }, 'expandedFirst'],
    [[4, 5], { before: [1, 1], after: [2, 0], interior: [1, 0] }, 'expandedLast'],
    [[2, 3], { before: [1, 1], after: [1, 1], interior: [1, 1] }, 'uniform'],
    [[2, 1, 3, 2, 2], { before: [0, 1, 0, 2, 1], after: [1, 0, 0, 1, 0], interior: [0, 2, 1, 0, 3] }],
  ],
  (position, shape, { before, interior }) => {
    const source: number[] = [];
    for (const [d, at] of position.entries()) {
      const step = (interior[d] as number) + 1;
      const moved = at - (before[d] as number);
      if (moved < 0 || moved % step !== 0 || moved / step >= (shape[d] as number)) return undefined;
      source.push(moved / step);
    }
    return source;
  },
);

export const windows = movementCases<AttributesOf<'windows'>>(
  [
    [[1], { dim: 0, size: 1, step: 1, dilation: 1 }],
    [[0, 5], { dim: 1, size: 3, step: 2, dilation: 1 }],
    [[7], { dim: 0, size: 3, step: 1, dilation: 1 }],
    [[65], { dim: 0, size: 4, step: 4, dilation: 1 }],
    [[66], { dim: 0, size: 5, step: 3, dilation: 2 }],
    [[3, 9, 5], { dim: 1, size: 2, step: 3, dilation: 4 }],
    [[2, 3, 2, 9], { dim: 3, size: 9, step: 1, dilation: 1 }],
    [[9, 5], { dim: 0, size: 3, step: 2, dilation: 1 }, 'transposed'],
    [[9, 5], { dim: 0, size: 3, step: 2, dilation: 1 }, 'stepped'],
    [[5, 9], { dim: 1, size: 3, step: 2, dilation: 1 }, 'reversed'],
    [[5, 9], { dim: 1, size: 3, step: 1, dilation: 3 }, 'offset'],
    [[5, 9], { dim: 1, size: 3, step: 1, dilation: 3 }, 'expandedFirst'],
    [[9], { dim: 0, size: 3, step: 1, dilation: 1 }, 'uniform'],
  ],
  (position, _shape, { dim, step, dilation }) =>
    position.slice(0, -1).map((p, d) => (d === dim ? p * step + (position.at(-1) as number) * dilation : p)),
);
