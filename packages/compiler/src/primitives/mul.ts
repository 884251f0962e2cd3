import { numbers } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** a · b. */
export const mul = /* @__PURE__ */ binaryPrimitive('mul', 'mul', {
  dtypes: numbers,
  saves: [0, 1],
  gradient: ({ inputs, gradient, ops }, input) => ops.mul(gradient, inputs[1 - input] as typeof gradient),
});
