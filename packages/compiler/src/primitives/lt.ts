import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a < b. */
export const lt = /* @__PURE__ */ binaryPrimitive('lt', 'lt', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
