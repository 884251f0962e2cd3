import { integersAndBool } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** Logical on bool, bitwise on int32. */
export const not = /* @__PURE__ */ unaryPrimitive('not', 'not', { dtypes: integersAndBool, smooth: false });
