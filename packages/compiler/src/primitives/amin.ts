import { numbers } from '../expectations.ts';
import type { Primitive } from '../primitive.ts';
import { type ReductionAttributes, reductionPrimitive, toExtremes } from '../reduction.ts';

/** The smallest element over some dimensions, NaN if there is one; ties share the gradient. */
export const amin: Primitive<ReductionAttributes> = /* @__PURE__ */ reductionPrimitive('amin', 'min', {
  dtypes: numbers,
  saves: [0],
  smooth: false,
  gradient: (context) => toExtremes(context, amin),
});
