import { numbers } from '../expectations.ts';
import { reductionPrimitive } from '../reduction.ts';

/** The first position of the smallest element along one dimension; of the first NaN if there is one. */
export const argmin = /* @__PURE__ */ reductionPrimitive('argmin', 'argmin', {
  dtypes: numbers,
  smooth: false,
  result: 'int32',
});
