import { floats } from '../expectations.ts';
import { unaryPrimitive, zeros } from '../pointwise.ts';

/** The largest integer not above x. */
export const floor = /* @__PURE__ */ unaryPrimitive('floor', 'floor', {
  dtypes: floats,
  smooth: false,
  gradient: zeros,
});
