import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** √x. */
export const sqrt = /* @__PURE__ */ unaryPrimitive('sqrt', 'sqrt', {
  dtypes: floats,
  saves: ['output'],
  gradient: ({ output, gradient, ops }) => ops.div(gradient, ops.mul(output, 2)),
});
