import { integersAndBool } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** Logical on bool, bitwise on int32. */
export const not = unaryPrimitive('not', 'not', { dtypes: integersAndBool, smooth: false });
