import { type DType, isFloat } from '@evenkeel/backend';
import type { AttributesOf } from '@evenkeel/compiler';
import { exact } from '../host/accuracy.ts';
import { between, type Draw, integersBetween, mixed } from '../host/draw.ts';
import { type HostTensor, store } from '../host/host-tensor.ts';
import { type Case, drawCase, given, type OperationCases } from './operation-cases.ts';
import { binaryPlaces, unaryPlaces } from './places.ts';
import { anyOf, everyDType, none, specialsOf } from './pointwise.ts';

/** What float16 rounds up, down, to even, to its subnormals, to zero and to infinity. */
const aroundHalves = [
  ...[1 + 2 ** -11, 1 + 3 * 2 ** -11, -1 - 2 ** -11 - 2 ** -20, 2049, 2051, -2049, 65_504, 65_519, 65_520, -65_520],
  ...[2 ** -24, 2 ** -25, -3 * 2 ** -26, 3 * 2 ** -25, 5 * 2 ** -25, 2 ** -14 - 2 ** -25, -(2 ** -14) + 2 ** -24],
];

/** Floats beyond the integers are left out: no value of theirs is promised. */
function convertible(from: DType, to: DType): readonly number[] {
  const specials = [...specialsOf(from), ...(from === 'float32' || from === 'float64' ? aroundHalves : [])];
  if (!isFloat(from) || to !== 'int32') return specials;
  const near = [2147483520, -2147483647, 0.99, -0.99].map((value) => store(from, value));
  return [...specials, ...near].filter((value) => Math.abs(value) <= 2 ** 31);
}

export const cast: OperationCases<AttributesOf<'cast'>> = {
  dtypes: everyDType,
  accuracy: exact,
  reference: ([x], { dtype }) => (x as HostTensor).values.map((value) => store(dtype, value)),
  forward: (from) =>
    everyDType.flatMap((to) => [
      ...unaryPlaces.map((place) => drawCase([{ ...place, dtype: from, draw: anyOf(from) }], { dtype: to })),
      {
        name: `${from} special values to ${to}`,
        inputs: [given(from, convertible(from, to))],
        attributes: { dtype: to },
      },
    ]),
  backward: () =>
    unaryPlaces.map((place) => drawCase([{ ...place, dtype: 'float32', draw: between(-2, 2) }], { dtype: 'float32' })),
};

type Where = AttributesOf<'where'>;

function whereCases(dtype: DType, draw: Draw): Case<Where>[] {
  return binaryPlaces.flatMap(({ shape, layouts: [first, second] }) => [
    drawCase(
      [
        { shape, dtype: 'bool', layout: second, draw: integersBetween(0, 1) },
        { shape, dtype, layout: first, draw },
        { shape, dtype, layout: second, draw },
      ],
      none,
    ),
    drawCase(
      [
        { shape, dtype: 'bool', layout: first, draw: integersBetween(0, 1) },
        { shape, dtype, layout: 'uniform', draw },
        { shape, dtype, layout: second, draw },
      ],
      none,
      'one side a number',
    ),
  ]);
}

export const where: OperationCases<Where> = {
  dtypes: everyDType,
  accuracy: exact,
  reference([condition, a, b]) {
    const pick = (value: number, i: number) => (value !== 0 ? a : b)?.values[i] as number;
    return (condition as HostTensor).values.map(pick);
  },
  forward: (dtype) => [
    ...whereCases(dtype, isFloat(dtype) ? mixed : anyOf(dtype)),
    {
      name: `${dtype} special values on both sides`,
      inputs: [
        given('bool', [1, 0, 1, 0, 1, 0, 0, 1, 1]),
        given(dtype, cycle(specialsOf(dtype), 9, -3)),
        given(dtype, cycle(specialsOf(dtype), 9, -6)),
      ],
      attributes: none,
    },
  ],
  backward: () => whereCases('float32', between(-2, 2)),
};

function cycle(values: readonly number[], count: number, from: number): number[] {
  return Array.from({ length: count }, (_, i) => values.at((i + from) % values.length) as number);
}
