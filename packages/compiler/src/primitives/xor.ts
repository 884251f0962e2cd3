import { integersAndBool } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** Logical on bool, bitwise on int32. */
export const xor = /* @__PURE__ */ binaryPrimitive('xor', 'xor', {
  dtypes: integersAndBool,
  smooth: false,
});
