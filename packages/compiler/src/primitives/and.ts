import { integersAndBool } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** Logical on bool, bitwise on int32. */
export const and = /* @__PURE__ */ binaryPrimitive('and', 'and', {
  dtypes: integersAndBool,
  smooth: false,
});
