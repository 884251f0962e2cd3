import { floats } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** eˣ. */
export const exp = unaryPrimitive('exp', 'exp', {
  dtypes: floats,
  saves: ['output'],
  gradient: ({ output, gradient, ops }) => ops.mul(gradient, output),
});
