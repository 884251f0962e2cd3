import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** The hyperbolic tangent. */
export const tanh = /* @__PURE__ */ unaryPrimitive('tanh', 'tanh', {
  dtypes: floats,
  saves: ['output'],
  gradient: ({ output, gradient, ops }) =>
    ops.mul(gradient, ops.sub(ops.full(output.shape, 1, output.dtype), ops.mul(output, output))),
});
