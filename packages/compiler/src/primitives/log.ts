import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** The natural logarithm. */
export const log = /* @__PURE__ */ unaryPrimitive('log', 'log', {
  dtypes: floats,
  saves: [0],
  gradient: ({ inputs: [x], gradient, ops }) => ops.div(gradient, x as typeof gradient),
});
