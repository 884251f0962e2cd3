import { numbers } from '../expectations.ts';
import { unaryPrimitive, zeros } from '../pointwise.ts';

/** -1, 0 or 1. */
export const sign = /* @__PURE__ */ unaryPrimitive('sign', 'sign', {
  dtypes: numbers,
  smooth: false,
  gradient: zeros,
});
