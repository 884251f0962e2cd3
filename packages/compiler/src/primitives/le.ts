import { everyDType } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a ≤ b. */
export const le = binaryPrimitive('le', 'le', {
  dtypes: everyDType,
  result: 'bool',
  smooth: false,
});
