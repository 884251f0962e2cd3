import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** eˣ. */
export const exp = /* @__PURE__ */ unaryPrimitive('exp', 'exp', {
  dtypes: floats,
  saves: ['output'],
  gradient: ({ output, gradient, ops }) => ops.mul(gradient, output),
});
