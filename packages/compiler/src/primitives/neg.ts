import { numbers } from '../expectations.ts';
import { unaryPrimitive } from '../pointwise.ts';

/** -x. */
export const neg = /* @__PURE__ */ unaryPrimitive('neg', 'neg', {
  dtypes: numbers,
  gradient: ({ gradient, ops }) => ops.neg(gradient),
});
