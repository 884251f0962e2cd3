import { numbers } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a - b. */
export const sub = /* @__PURE__ */ binaryPrimitive('sub', 'sub', {
  dtypes: numbers,
  gradient: ({ gradient, ops }, input) => (input === 0 ? gradient : ops.neg(gradient)),
});
