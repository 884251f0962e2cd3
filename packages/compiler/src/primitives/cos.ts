import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';
import type { None, Primitive } from '../primitive.ts';
import { sin } from './sin.ts';

/** The cosine of radians. */
export const cos: Primitive<None> = /* @__PURE__ */ unaryPrimitive('cos', 'cos', {
  dtypes: floats,
  saves: [0],
  gradient: ({ inputs: [x], gradient, ops }) => ops.neg(ops.mul(gradient, ops.apply(sin, [x as typeof gradient], {}))),
});
