import { numbers } from '../expectations.ts';
import { reductionPrimitive } from '../reduction.ts';

/** The sum over some dimensions; 0 over nothing. */
export const sum = /* @__PURE__ */ reductionPrimitive('sum', 'sum', {
  dtypes: numbers,
  gradient: ({ inputs, gradient, ops }) => ops.expand(gradient, (inputs[0] as typeof gradient).shape),
});
