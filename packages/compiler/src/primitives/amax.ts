import { numbers } from '../expectations.ts';
import type { Primitive } from '../primitive.ts';
import { type ReductionAttributes, reductionPrimitive, toExtremes } from '../reduction.ts';

/** The largest element over some dimensions, NaN if there is one; ties share the gradient. */
export const amax: Primitive<ReductionAttributes> = /* @__PURE__ */ reductionPrimitive('amax', 'max', {
  dtypes: numbers,
  saves: [0],
  smooth: false,
  gradient: (context) => toExtremes(context, amax),
});
