import { integersAndBool } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** Logical on bool, bitwise on int32. */
export const or = /* @__PURE__ */ binaryPrimitive('or', 'or', {
  dtypes: integersAndBool,
  smooth: false,
});
