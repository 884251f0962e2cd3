import { everyDType } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** The same elements in memory of their own, row by row. */
export const copy = /* @__PURE__ */ unaryPrimitive('copy', (x) => x, {
  dtypes: everyDType,
  gradient: ({ gradient }) => gradient,
});
