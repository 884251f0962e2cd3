import { numbers } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** |x|; the gradient at 0 is 0. */
export const abs = /* @__PURE__ */ unaryPrimitive('abs', 'abs', {
  dtypes: numbers,
  saves: [0],
  smooth: false,
  gradient: ({ inputs: [x], gradient, ops }) => ops.mul(gradient, ops.sign(x as typeof gradient)),
});
