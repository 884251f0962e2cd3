import { floats } from '../expectations.ts';
import { unaryPrimitive, zeros } from '../pointwise.ts';

/** The nearest integer, halves to even. */
export const round = /* @__PURE__ */ unaryPrimitive('round', 'round', {
  dtypes: floats,
  smooth: false,
  gradient: zeros,
});
