import { floats } from '../expectations.ts';
import { binaryPrimitive } from '../pointwise.ts';
import type { None, Primitive } from '../primitive.ts';

/** aᵇ. */
export const pow: Primitive<None> = /* @__PURE__ */ binaryPrimitive('pow', 'pow', {
  dtypes: floats,
  saves: [0, 1, 'output'],
  gradient({ inputs, output, gradient, ops }, input) {
    const [a, b] = [inputs[0] as typeof gradient, inputs[1] as typeof gradient];
    if (input === 0) {
      // b · a^(b-1) is 0 · ∞ at a = 0, b = 0, where the power is constantly 1.
      const slope = ops.mul(b, ops.apply(pow, [a, ops.sub(b, 1)], {}));
      return ops.where(ops.eq(b, 0), 0, ops.mul(gradient, slope));
    }
    // 0ᵇ stays 0 for every positive b, although log 0 is -∞.
    const flat = ops.and(ops.eq(a, 0), ops.ge(b, 0));
    return ops.where(flat, 0, ops.mul(gradient, ops.mul(output, ops.log(a))));
  },
});
