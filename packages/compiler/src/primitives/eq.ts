import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a = b. */
export const eq = /* @__PURE__ */ binaryPrimitive('eq', 'eq', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
