import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a ≠ b; NaN differs from everything. */
export const ne = /* @__PURE__ */ binaryPrimitive('ne', 'ne', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
