import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** log(1 + x), exact near 0. */
export const log1p = /* @__PURE__ */ unaryPrimitive('log1p', 'log1p', {
  dtypes: floats,
  saves: [0],
  gradient: ({ inputs: [x], gradient, ops }) => ops.div(gradient, ops.add(x as typeof gradient, 1)),
});
