import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a ≤ b. */
export const le = /* @__PURE__ */ binaryPrimitive('le', 'le', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
