import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** eˣ - 1, exact near 0. */
export const expm1 = /* @__PURE__ */ unaryPrimitive('expm1', 'expm1', {
  dtypes: floats,
  saves: ['output'],
  gradient: ({ output, gradient, ops }) => ops.mul(gradient, ops.add(output, 1)),
});
