import { type DType, isFloat } from '@evenkeel/backend';
import { ulps } from '../host/accuracy.ts';
import { anyMagnitude, between, type Draw, integersBetween, magnitude } from '../host/draw.ts';
import { drawCase, given } from './operation-cases.ts';
import { binaryCases, convention, everyDType, floats, integersAndBool, none, numbers } from './pointwise.ts';

/** One function on floats, another on whole numbers, which wrap at 32 bits. */
const byKind =
  (float: (a: number, b: number) => number, integer: (a: number, b: number) => number) =>
  (a: number, b: number, dtype: DType): number =>
    isFloat(dtype) ? float(a, b) : integer(a, b);

const both = (draw: Draw) => [draw, draw] as const;
const any = both(anyMagnitude());

export const add = binaryCases(
  byKind(
    (a, b) => a + b,
    (a, b) => (a + b) | 0,
  ),
  { dtypes: numbers, wide: both(anyMagnitude(-20, 20)), tame: both(between(-2, 2)) },
);

export const sub = binaryCases(
  byKind(
    (a, b) => a - b,
    (a, b) => (a - b) | 0,
  ),
  { dtypes: numbers, wide: both(anyMagnitude(-20, 20)), tame: both(between(-2, 2)) },
);

export const mul = binaryCases(
  byKind((a, b) => a * b, Math.imul),
  { dtypes: numbers, wide: any, tame: both(between(-2, 2)) },
);

export const div = binaryCases(
  byKind(
    (a, b) => a / b,
    (a, b) => (b === 0 ? 0 : (a / b) | 0),
  ),
  { dtypes: numbers, wide: any, tame: [between(-2, 2), magnitude(0.5, 2)] },
);

export const fmod = binaryCases(
  byKind(
    (a, b) => a % b,
    (a, b) => (b === 0 ? 0 : (a % b) | 0),
  ),
  // The quotient's magnitude stays between 2.1 and 2.9, away from its steps.
  { dtypes: numbers, wide: both(anyMagnitude(-12, 12)), tame: [magnitude(2.31, 2.9), magnitude(1, 1.1)] },
);

export const pow = binaryCases(power, {
  dtypes: floats,
  accuracy: ulps(16),
  wide: [anyMagnitude(-8, 8, false), between(-16, 16)],
  tame: [between(0.3, 2), between(-2, 3)],
  extra: (dtype) => [
    drawCase(
      [
        { shape: [515], dtype, draw: magnitude(0.5, 3) },
        { shape: [515], dtype, draw: integersBetween(-7, 7) },
      ],
      none,
      'whole exponents of both signs',
    ),
    drawCase(
      [
        { shape: [515], dtype, draw: between(0.99, 1.01) },
        { shape: [515], dtype, draw: between(-4000, 4000) },
      ],
      none,
      'bases near 1',
    ),
    {
      name: `${dtype} large powers of negative bases`,
      inputs: [given(dtype, [-2, -2, -1.5, -3, -1, -1]), given(dtype, [127, 126, 63, -39, 16_777_217, 16_777_216])],
      attributes: none,
    },
  ],
  conventions: [
    convention(
      '0⁰ is constantly 1 in the base, 0ᵇ constantly 0 in the exponent',
      [
        [0, 0, 0, 2],
        [0, 1, 2, 0],
      ],
      [
        [0, 1, 0, 0],
        [0, 0, 0, Math.log(2)],
      ],
    ),
    convention(
      'a negative base has a slope where the exponent is whole',
      [
        [-2, -3],
        [2, 3],
      ],
      [[-4, 27], undefined],
    ),
  ],
});

/** Values two apart, so that no element of one input is near one of the other. */
const even: Draw = (random) => Math.floor(20 * random()) * 0.2 - 2;
const odd: Draw = (random) => Math.floor(20 * random()) * 0.2 - 1.9;

export const maximum = binaryCases((a, b) => Math.max(a, b), {
  dtypes: numbers,
  tame: [even, odd],
  conventions: [tiesShare([1, 0.5, 0], [0, 0.5, 1])],
});

export const minimum = binaryCases((a, b) => Math.min(a, b), {
  dtypes: numbers,
  tame: [even, odd],
  conventions: [tiesShare([0, 0.5, 1], [1, 0.5, 0])],
});

export const and = binaryCases((a, b) => a & b, { dtypes: integersAndBool });
export const or = binaryCases((a, b) => a | b, { dtypes: integersAndBool });
export const xor = binaryCases((a, b) => a ^ b, { dtypes: integersAndBool });

export const eq = binaryCases((a, b) => Number(a === b), { dtypes: everyDType });
export const ne = binaryCases((a, b) => Number(a !== b), { dtypes: everyDType });
export const lt = binaryCases((a, b) => Number(a < b), { dtypes: everyDType });
export const le = binaryCases((a, b) => Number(a <= b), { dtypes: everyDType });
export const gt = binaryCases((a, b) => Number(a > b), { dtypes: everyDType });
export const ge = binaryCases((a, b) => Number(a >= b), { dtypes: everyDType });

/** As IEEE 754's pow; ECMAScript's differs where the base is 1 or -1 and the exponent is no number or infinite. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

function tiesShare(a: readonly number[], b: readonly number[]) {
  return convention(
    'a tie shares the gradient',
    [
      [3, 2, 1],
      [1, 2, 3],
    ],
    [a, b],
  );
}
