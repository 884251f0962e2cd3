import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a ≥ b. */
export const ge = /* @__PURE__ */ binaryPrimitive('ge', 'ge', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
