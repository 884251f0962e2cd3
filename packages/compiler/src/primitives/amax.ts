import { numbers } from '../expectations.ts';
import { reductionPrimitive, toExtremes } from '../reduction.ts';

/** The largest element over some dimensions, NaN if there is one; ties share the gradient. */
export const amax = /* @__PURE__ */ reductionPrimitive('amax', 'max', {
  dtypes: numbers,
  saves: [0, 'output'],
  smooth: false,
  gradient: toExtremes,
});
