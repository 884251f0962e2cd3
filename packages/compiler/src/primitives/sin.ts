import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';
import type { None, Primitive } from '../primitive.ts';
import { cos } from './cos.ts';

/** The sine of radians. */
export const sin: Primitive<None> = /* @__PURE__ */ unaryPrimitive('sin', 'sin', {
  dtypes: floats,
  saves: [0],
  gradient: ({ inputs: [x], gradient, ops }) => ops.mul(gradient, ops.apply(cos, [x as typeof gradient], {})),
});
