import { type DType, isFloat, type Shape } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { type Accuracy, accumulated, exact } from '../host/accuracy.ts';
import { anyMagnitude, between, type Draw, distinct } from '../host/draw.ts';
import { elementAt, type HostTensor, linear, positionsOf } from '../host/host-tensor.ts';
import type { Layout } from '../host/layout.ts';
import { type Case, drawCase, given, type OperationCases } from './operation-cases.ts';
import { anyOf, numbers } from './pointwise.ts';

type Attributes = AttributesOf<'sum'>;

interface ReductionPlace {
  readonly shape: Shape;
  readonly dims: readonly number[];
  readonly layout?: Layout;
}

/** Over rows, columns, the middle, everything and nothing; of lengths around whole vectors and blocks. */
const places: readonly ReductionPlace[] = [
  { shape: [], dims: [] },
  { shape: [1], dims: [0] },
  { shape: [0, 3], dims: [1] },
  ...[[3], [7], [63], [65], [1000], [4099]].map((shape) => ({ shape, dims: [0] })),
  { shape: [5, 7], dims: [] },
  ...[[0], [1], [0, 1]].flatMap((dims) =>
    [
      [5, 7],
      [3, 65],
      [65, 3],
      [2, 257],
    ].map((shape) => ({ shape, dims })),
  ),
  { shape: [4, 5, 6], dims: [1] },
  { shape: [4, 5, 6], dims: [0, 2] },
  { shape: [3, 1, 5], dims: [1] },
  { shape: [2, 3, 2, 1, 2, 3], dims: [1, 3, 4] },
  { shape: [7, 5], dims: [0], layout: 'transposed' },
  { shape: [65, 6], dims: [1], layout: 'transposed' },
  { shape: [9, 7], dims: [1], layout: 'stepped' },
  { shape: [5, 6, 3], dims: [0, 1], layout: 'stepped' },
  { shape: [7, 9], dims: [0], layout: 'reversed' },
  { shape: [67], dims: [0], layout: 'reversed' },
  { shape: [3, 33], dims: [1], layout: 'offset' },
  { shape: [6, 5], dims: [0], layout: 'expandedFirst' },
  { shape: [5, 66], dims: [1], layout: 'expandedFirst' },
  { shape: [5, 67], dims: [1], layout: 'expandedLast' },
  { shape: [5, 6], dims: [0], layout: 'expandedLast' },
  { shape: [4, 3], dims: [1], layout: 'uniform' },
];

const isEmpty = ({ shape, dims }: ReductionPlace) => dims.some((dim) => shape[dim] === 0);

interface ReductionOptions {
  readonly accuracy?: Accuracy;
  readonly draw?: (dtype: DType) => Draw;
  readonly tame?: Draw;
  /** Whether it may be over nothing. */
  readonly hasNeutral?: boolean;
  readonly extra?: (dtype: DType) => readonly Case<Attributes>[];
  readonly conventions?: OperationCases<Attributes>['conventions'];
}

function reductionCases(
  fold: (values: readonly number[], dtype: DType) => number,
  options: ReductionOptions,
): OperationCases<Attributes> {
  const { accuracy = exact, draw = anyOf, tame, hasNeutral = false, extra, conventions } = options;
  const nothing: ReductionPlace[] = [
    { shape: [0], dims: [0] },
    { shape: [3, 0], dims: [1] },
    { shape: [0, 5], dims: [0, 1] },
  ];
  const all = hasNeutral ? [...places, ...nothing] : places.filter((place) => !isEmpty(place));
  const casesOf = (dtype: DType, values: Draw) =>
    all.map(({ shape, dims, layout }) =>
      drawCase([{ shape, dtype, draw: values, ...(layout && { layout }) }], { dims }),
    );
  return {
    dtypes: numbers,
    accuracy,
    reference([x], { dims }, output) {
      const { dtype } = x as HostTensor;
      return groupsOf(x as HostTensor, dims, output.shape).map((values) => fold(values, dtype));
    },
    forward: (dtype) => [...casesOf(dtype, draw(dtype)), ...(extra?.(dtype) ?? [])],
    ...(tame && { backward: () => casesOf('float32', tame) }),
    ...(conventions && { conventions }),
  };
}

/** For each element of the output, the elements that are folded into it, in order. */
function groupsOf(x: HostTensor, dims: readonly number[], shape: Shape): number[][] {
  const groups = positionsOf(shape).map((): number[] => []);
  for (const position of positionsOf(x.shape)) {
    const kept = position.map((at, d) => (dims.includes(d) ? 0 : at));
    groups[linear(shape, kept)]?.push(elementAt(x, position));
  }
  return groups;
}

/** Rows in which one value is not a number or not finite, at places where a vector begins, ends and has its tail. */
function unusualRows(dtype: DType): Case<Attributes>[] {
  if (!isFloat(dtype)) return [];
  return [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap((value) =>
    [0, 5, 18].map((at) => {
      const values = Array.from({ length: 19 }, (_, i) => (i === at ? value : i - 9));
      return { name: `${dtype} ${value} at ${at} of 19`, inputs: [given(dtype, values)], attributes: { dims: [0] } };
    }),
  );
}

// Rounding in any order stays within (terms - 1) half spacings of Σ|x|; blocks of up to 32 or sums of many vectors stay far
// below what one running float32 sum of 100,003 terms loses.
export const sum = reductionCases(
  (values, dtype) => values.reduce((total, value) => (isFloat(dtype) ? total + value : (total + value) | 0), 0),
  {
    accuracy: accumulated(32),
    hasNeutral: true,
    tame: between(-2, 2),
    extra: (dtype) => [
      ...unusualRows(dtype),
      ...(isFloat(dtype)
        ? [
            drawCase([{ shape: [100_003], dtype, draw: between(0, 1) }], { dims: [0] }),
            drawCase([{ shape: [30_001, 2], dtype, draw: between(0, 1) }], { dims: [0] }),
            drawCase([{ shape: [2051], dtype, draw: anyMagnitude(-12, 12) }], { dims: [0] }, 'of any magnitude'),
          ]
        : []),
    ],
  },
);

const nearOne: Draw = (random) => (random() < 0.4 ? -1 : 1) * (0.95 + 0.1 * random());
const integerFactors: Draw = (random) => Math.floor(5 * random()) - 2 || 3;

export const prod = reductionCases(
  (values, dtype) => values.reduce((total, value) => (isFloat(dtype) ? total * value : Math.imul(total, value)), 1),
  {
    // One rounding per factor: at most 4,099 half spacings, and as random errors far less.
    accuracy: accumulated(256),
    hasNeutral: true,
    draw: (dtype) => (isFloat(dtype) ? nearOne : integerFactors),
    tame: nearOne,
    extra: unusualRows,
    conventions: [
      {
        name: 'one zero has the rest to itself, two leave nothing',
        inputs: [{ shape: [3, 3], dtype: 'float32', values: [2, 0, 3, 0, 5, 0, 2, 3, 4], layout: 'contiguous' }],
        attributes: { dims: [1] },
        gradients: [[0, 6, 0, 0, 0, 0, 12, 8, 6]],
      },
    ],
  },
);

const sharedByTies: OperationCases<Attributes>['conventions'] = [
  {
    name: 'ties share the gradient',
    inputs: [{ shape: [2, 4], dtype: 'float32', values: [1, 1, 1, 1, -2, -2, -2, -2], layout: 'contiguous' }],
    attributes: { dims: [1] },
    gradients: [new Array<number>(8).fill(0.25)],
  },
];

export const amax = reductionCases((values) => values.reduce((a, b) => Math.max(a, b)), {
  tame: distinct,
  extra: unusualRows,
  conventions: sharedByTies,
});

export const amin = reductionCases((values) => values.reduce((a, b) => Math.min(a, b)), {
  tame: distinct,
  extra: unusualRows,
  conventions: sharedByTies,
});

export const argmax = reductionCases((values) => firstOf(values, Math.max), { extra: unusualRows });
export const argmin = reductionCases((values) => firstOf(values, Math.min), { extra: unusualRows });

/** The position of the first NaN, or else of the first extreme. */
function firstOf(values: readonly number[], extreme: (a: number, b: number) => number): number {
  const found = values.reduce((a, b) => extreme(a, b));
  return values.findIndex((value) => value === found || Number.isNaN(value));
}
