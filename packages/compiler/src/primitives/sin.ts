import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** The sine of radians. */
export const sin = unaryPrimitive('sin', 'sin', {
  dtypes: floats,
  saves: [0],
  gradient: ({ inputs: [x], gradient, ops }) => ops.mul(gradient, ops.cos(x as typeof gradient)),
});
