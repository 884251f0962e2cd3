import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a > b. */
export const gt = /* @__PURE__ */ binaryPrimitive('gt', 'gt', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
