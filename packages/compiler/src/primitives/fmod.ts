import { numbers } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';
import { trunc } from './trunc.ts';

/** The rest of a / b truncated, with the sign of a. */
export const fmod = /* @__PURE__ */ binaryPrimitive('fmod', 'rem', {
  dtypes: numbers,
  saves: [0, 1],
  smooth: false,
  gradient({ inputs, gradient, ops }, input) {
    if (input === 0) return gradient;
    const [a, b] = [inputs[0] as typeof gradient, inputs[1] as typeof gradient];
    return ops.neg(ops.mul(gradient, ops.apply(trunc, [ops.div(a, b)], {})));
  },
});
