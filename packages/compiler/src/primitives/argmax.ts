import { numbers } from '../expectations.ts';
import { reductionPrimitive } from '../reduction.ts';

/** The first position of the largest element along one dimension; of the first NaN if there is one. */
export const argmax = /* @__PURE__ */ reductionPrimitive('argmax', 'argmax', {
  dtypes: numbers,
  smooth: false,
  result: 'int32',
});
