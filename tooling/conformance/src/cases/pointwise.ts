import { type DType, isFloat } from '@evenkeel/backend';
import { type Accuracy, exact } from '../host/accuracy.ts';
import { type Draw, integersBetween, mixed } from '../host/draw.ts';
import { type Case, type CaseInput, type Convention, drawCase, given, type OperationCases } from './operation-cases.ts';
import { binaryPlaces, unaryPlaces } from './places.ts';

type None = Readonly<Record<string, never>>;
export const none: None = {};

export const floats: readonly DType[] = ['float32', 'float64', 'float16'];
export const numbers: readonly DType[] = [...floats, 'int32'];
export const integersAndBool: readonly DType[] = ['int32', 'bool'];
export const everyDType: readonly DType[] = [...numbers, 'bool'];

/** Where functions break: zeros, halves, the ends of the subnormal and of the whole range, infinities, NaN. */
const specialFloats = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2, -2, 3, -3, 10, -10, 0.99999994, 1.0000001],
  ...[2 ** -149, -(2 ** -149), 1e-40, -1e-40, 2 ** -126, -(2 ** -126), 1e-20, -1e-20, 1e-8, -1e-8, 1e-4, -1e-4],
  ...[88.7, 88.8, -87.3, -87.4, -103.9, -104.1, 8388607.5, -8388607.5, 8388609, 16777217, -2147483648, 4294967296],
  ...[1e10, -1e10, 1e19, 3.4028234e38, -3.4028234e38],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
].map(Math.fround);

/** The same of float16. */
const specialHalves = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2, -2, 3, -3, 10, -10, 1 - 2 ** -11, 1 + 2 ** -10, 2049],
  ...[2 ** -24, -(2 ** -24), 3 * 2 ** -24, 2 ** -14 - 2 ** -24, 2 ** -14, -(2 ** -14), 1e-3, -1e-3],
  ...[11.1, -9.7, -17.3, 255.5, -255.5, 65_504, -65_504],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
].map(Math.f16round);

const specialIntegers = [0, 1, -1, 2, -2, 3, -7, 255, 65_536, -65_537, 2 ** 31 - 1, -(2 ** 31)];

export function specialsOf(dtype: DType): readonly number[] {
  if (dtype === 'bool') return [0, 1];
  if (dtype === 'float16') return specialHalves;
  return isFloat(dtype) ? specialFloats : specialIntegers;
}

/** Values of any kind of a dtype. */
export function anyOf(dtype: DType): Draw {
  if (isFloat(dtype)) return mixed;
  return dtype === 'bool' ? integersBetween(0, 1) : integersBetween(-9, 9);
}

interface PointwiseOptions {
  readonly dtypes: readonly DType[];
  readonly accuracy?: Accuracy;
  /** Values to measure accuracy on, beyond the special ones. */
  readonly wide?: readonly Draw[];
  /** Values at which gradients are compared, by input. Absent where nothing flows. */
  readonly tame?: readonly Draw[];
  /** Special floats to leave out, because nothing is promised there. */
  readonly isSpecial?: (value: number) => boolean;
  readonly conventions?: readonly Convention<None>[];
  /** Further cases with values of their own. */
  readonly extra?: (dtype: DType) => readonly Case<None>[];
}

/** The cases of a primitive that takes each element by itself. */
export function unaryCases(
  reference: (x: number, dtype: DType) => number,
  options: PointwiseOptions,
): OperationCases<None> {
  const { accuracy = exact, tame, wide = [], isSpecial = () => true } = options;
  return {
    dtypes: options.dtypes,
    accuracy,
    reference: ([x]) => (x as CaseInput).values.map((value) => reference(value, (x as CaseInput).dtype)),
    forward(dtype) {
      const specials = specialsOf(dtype).filter(isSpecial);
      const draws = isFloat(dtype) ? wide : [];
      return [
        ...unaryPlaces.map((place) => drawCase([{ ...place, dtype, draw: anyOf(dtype) }], none)),
        ...draws.map((draw, i) => drawCase([{ shape: [2051], dtype, draw }], none, `wide range ${i}`)),
        ...specialCases([given(dtype, specials)]),
        ...(options.extra?.(dtype) ?? []),
      ];
    },
    ...(tame && {
      backward: () =>
        unaryPlaces.map((place) => drawCase([{ ...place, dtype: 'float32', draw: tame[0] as Draw }], none)),
    }),
    ...(options.conventions && { conventions: options.conventions }),
  };
}

/** The cases of a primitive that takes two elements at a time. */
export function binaryCases(
  reference: (a: number, b: number, dtype: DType) => number,
  options: PointwiseOptions,
): OperationCases<None> {
  const { accuracy = exact, tame, wide = [], isSpecial = () => true } = options;
  return {
    dtypes: options.dtypes,
    accuracy,
    reference([left, right]) {
      const [a, b] = [left as CaseInput, right as CaseInput];
      return a.values.map((value, i) => reference(value, b.values[i] as number, a.dtype));
    },
    forward(dtype) {
      const specials = specialsOf(dtype).filter(isSpecial);
      const draw = anyOf(dtype);
      return [
        ...binaryPlaces.map(({ shape, layouts }) =>
          drawCase(
            layouts.map((layout) => ({ shape, dtype, layout, draw })),
            none,
          ),
        ),
        ...(isFloat(dtype) && wide.length > 0
          ? [
              drawCase(
                wide.map((range) => ({ shape: [4099], dtype, draw: range })),
                none,
                'wide range',
              ),
            ]
          : []),
        // Each special value against each.
        ...specialCases([
          given(
            dtype,
            specials.flatMap((a) => specials.map(() => a)),
          ),
          given(
            dtype,
            specials.flatMap(() => specials),
          ),
        ]),
        ...(options.extra?.(dtype) ?? []),
      ];
    },
    ...(tame && {
      backward: () =>
        binaryPlaces.map(({ shape, layouts }) =>
          drawCase(
            layouts.map((layout, i) => ({ shape, dtype: 'float32', layout, draw: tame[i] as Draw })),
            none,
          ),
        ),
    }),
    ...(options.conventions && { conventions: options.conventions }),
  };
}

/** Special values one after another, and again with gaps between them: by whole vectors and one by one. */
function specialCases(inputs: readonly CaseInput[]): Case<None>[] {
  const { dtype } = inputs[0] as CaseInput;
  return (['contiguous', 'stepped'] as const).map((layout) => ({
    name: `${dtype} special values ${layout}`,
    inputs: inputs.map((input) => ({ ...input, layout })),
    attributes: none,
  }));
}

/** A case of given values in which the gradients are a choice. */
export function convention(
  name: string,
  inputs: readonly (readonly number[])[],
  gradients: readonly (readonly number[] | undefined)[],
): Convention<None> {
  return { name, inputs: inputs.map((values) => given('float32', values)), attributes: none, gradients };
}
