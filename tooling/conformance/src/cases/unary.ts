import { isFloat } from '@evenkeel/backend';
import { ulps } from '../host/accuracy.ts';
import { anyMagnitude, between, betweenSteps, magnitude } from '../host/draw.ts';
import { convention, everyDType, floats, integersAndBool, numbers, unaryCases } from './pointwise.ts';

// Functions that IEEE 754 does not round correctly may be off by what OpenCL C (table "ULP values for single precision
// built-in math functions", full profile) allows: the most that compilers for GPUs are held to.

/** The neighbours of 1, where a logarithm that is computed from 1's exponent loses all digits. */
const nearOne = (_random: () => number, i: number, n: number) => 1 + (i - n / 2) * 2 ** -24;
const nearZero = anyMagnitude(-60, -2);

export const neg = unaryCases((x, dtype) => (isFloat(dtype) ? -x : -x | 0), {
  dtypes: numbers,
  tame: [between(-2, 2)],
});

export const abs = unaryCases((x, dtype) => (isFloat(dtype) ? Math.abs(x) : Math.abs(x) | 0), {
  dtypes: numbers,
  tame: [magnitude(0.1, 2)],
  conventions: [convention('at zero the gradient is 0', [[0, 2, -3]], [[0, 1, -1]])],
});

export const sign = unaryCases(Math.sign, { dtypes: numbers, tame: [magnitude(0.1, 2)] });
export const floor = unaryCases(Math.floor, { dtypes: floats, tame: [betweenSteps] });
export const ceil = unaryCases(Math.ceil, { dtypes: floats, tame: [betweenSteps] });
export const trunc = unaryCases(Math.trunc, { dtypes: floats, tame: [betweenSteps] });
export const round = unaryCases(roundHalfToEven, { dtypes: floats, tame: [betweenSteps] });

export const sqrt = unaryCases(Math.sqrt, {
  dtypes: floats,
  wide: [anyMagnitude(-149, 127, false)],
  tame: [between(0.2, 4)],
});

export const exp = unaryCases(Math.exp, {
  dtypes: floats,
  accuracy: ulps(3),
  wide: [between(-104, 89), nearZero],
  tame: [between(-2, 2)],
});

export const expm1 = unaryCases(Math.expm1, {
  dtypes: floats,
  accuracy: ulps(3),
  wide: [between(-104, 89), between(-1, 1), nearZero],
  tame: [between(-2, 2)],
});

export const log = unaryCases(Math.log, {
  dtypes: floats,
  accuracy: ulps(3),
  wide: [anyMagnitude(-149, 127, false), nearOne],
  tame: [between(0.2, 4)],
});

export const log1p = unaryCases(Math.log1p, {
  dtypes: floats,
  accuracy: ulps(2),
  wide: [anyMagnitude(-40, 100, false), between(-0.999, 1), nearZero],
  tame: [between(-0.7, 3)],
});

/** Beyond this, reducing the argument takes more digits of π than are asked for here. */
const isTurn = (x: number) => Math.abs(x) <= 1e4 || !Number.isFinite(x);

export const sin = unaryCases(Math.sin, {
  dtypes: floats,
  // A zero of the function that is far from 0 is as exact as the reduced argument: 1e-6, which is 8 spacings at 1.
  accuracy: ulps(4, 8),
  wide: [between(-7, 7), between(-1e4, 1e4), nearZero],
  isSpecial: isTurn,
  tame: [between(-4, 4)],
});

export const cos = unaryCases(Math.cos, {
  dtypes: floats,
  accuracy: ulps(4, 8),
  wide: [between(-7, 7), between(-1e4, 1e4), nearZero],
  isSpecial: isTurn,
  tame: [between(-4, 4)],
});

export const atan = unaryCases(Math.atan, {
  dtypes: floats,
  accuracy: ulps(5),
  wide: [anyMagnitude(), between(-4, 4)],
  tame: [between(-2, 2)],
});

export const tanh = unaryCases(Math.tanh, {
  dtypes: floats,
  accuracy: ulps(5),
  wide: [between(-12, 12), nearZero],
  tame: [between(-2, 2)],
});

export const erf = unaryCases(errorFunction, {
  dtypes: floats,
  accuracy: ulps(16),
  wide: [between(-5, 5), nearZero],
  tame: [between(-2, 2)],
});

export const not = unaryCases((x, dtype) => (dtype === 'bool' ? 1 - x : ~x), { dtypes: integersAndBool });
export const copy = unaryCases((x) => x, { dtypes: everyDType, tame: [between(-2, 2)] });

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** 2/√π e^(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! (Abramowitz and Stegun 7.1.6): all terms have one sign, so nothing cancels. */
function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
