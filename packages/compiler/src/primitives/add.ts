import { numbers } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a + b. */
export const add = /* @__PURE__ */ binaryPrimitive('add', 'add', {
  dtypes: numbers,
  gradient: ({ gradient }) => gradient,
});
