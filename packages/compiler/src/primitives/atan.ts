import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** The arc tangent, in radians. */
export const atan = /* @__PURE__ */ unaryPrimitive('atan', 'atan', {
  dtypes: floats,
  saves: [0],
  gradient({ inputs, gradient, ops }) {
    const x = inputs[0] as typeof gradient;
    return ops.div(gradient, ops.add(ops.mul(x, x), 1));
  },
});
