import { numbers } from '../expectations.ts';
import { reductionPrimitive, toExtremes } from '../reduction.ts';

/** The smallest element over some dimensions, NaN if there is one; ties share the gradient. */
export const amin = /* @__PURE__ */ reductionPrimitive('amin', 'min', {
  dtypes: numbers,
  saves: [0, 'output'],
  smooth: false,
  gradient: toExtremes,
});
