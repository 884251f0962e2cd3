import { numbers } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';

/** The larger of the two, NaN if either is; a tie shares the gradient. */
export const maximum = /* @__PURE__ */ binaryPrimitive('maximum', 'max', {
  dtypes: numbers,
  saves: [0, 1],
  smooth: false,
  gradient({ inputs, gradient, ops }, input) {
    const [mine, other] = [inputs[input] as typeof gradient, inputs[1 - input] as typeof gradient];
    const shared = ops.where(ops.eq(mine, other), ops.mul(gradient, 0.5), 0);
    return ops.where(ops.gt(mine, other), gradient, shared);
  },
});
