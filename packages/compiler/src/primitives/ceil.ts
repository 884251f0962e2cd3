import { floats } from '../expectations.ts';
import { unaryPrimitive, zeros } from '../pointwise.ts';

/** The smallest integer not below x. */
export const ceil = /* @__PURE__ */ unaryPrimitive('ceil', 'ceil', {
  dtypes: floats,
  smooth: false,
  gradient: zeros,
});
