import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** The cosine of radians. */
export const cos = unaryPrimitive('cos', 'cos', {
  dtypes: floats,
  saves: [0],
  gradient: ({ inputs: [x], gradient, ops }) => ops.neg(ops.mul(gradient, ops.sin(x as typeof gradient))),
});
