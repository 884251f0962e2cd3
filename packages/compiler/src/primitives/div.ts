import { numbers } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a / b; on integers truncated toward zero, where dividing by zero gives 0. */
export const div = /* @__PURE__ */ binaryPrimitive('div', 'div', {
  dtypes: numbers,
  saves: [1, 'output'],
  gradient({ inputs, output, gradient, ops }, input) {
    const b = inputs[1] as typeof gradient;
    const quotient = ops.div(gradient, b);
    return input === 0 ? quotient : ops.neg(ops.mul(quotient, output));
  },
});
