import { floats } from '../expectations.ts';
import { unaryPrimitive, zeros } from '../pointwise.ts';

/** x without its fraction. */
export const trunc = /* @__PURE__ */ unaryPrimitive('trunc', 'trunc', {
  dtypes: floats,
  smooth: false,
  gradient: zeros,
});
