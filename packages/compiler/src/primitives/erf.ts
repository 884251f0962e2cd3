import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** 2/√π ∫₀ˣ e^(-t²) dt. */
export const erf = /* @__PURE__ */ unaryPrimitive('erf', 'erf', {
  dtypes: floats,
  saves: [0],
  gradient({ inputs, gradient, ops }) {
    const x = inputs[0] as typeof gradient;
    const slope = ops.mul(ops.exp(ops.neg(ops.mul(x, x))), 2 / Math.sqrt(Math.PI));
    return ops.mul(gradient, slope);
  },
});
