import { numbers } from '../expectations.ts';
import type { Primitive } from '../primitive.ts';
import { type ReductionAttributes, reductionPrimitive } from '../reduction.ts';

/** The product over some dimensions; 1 over nothing. */
export const prod: Primitive<ReductionAttributes> = /* @__PURE__ */ reductionPrimitive('prod', 'prod', {
  dtypes: numbers,
  saves: [0],
  gradient({ inputs, gradient, ops, attributes: { dims } }) {
    // The product of the others, which is product / x but for zeros: one zero has the rest to itself, two leave nothing.
    const x = inputs[0] as typeof gradient;
    const isZero = ops.eq(x, 0);
    const nonzero = ops.where(isZero, 1, x);
    const zeroCount = ops.expand(ops.sum(ops.cast(isZero, x.dtype), dims), x.shape);
    const product = ops.expand(ops.apply(prod, [nonzero], { dims }), x.shape);
    const others = ops.div(product, nonzero);
    const alone = ops.or(ops.eq(zeroCount, 0), ops.and(isZero, ops.eq(zeroCount, 1)));
    return ops.mul(ops.expand(gradient, x.shape), ops.where(alone, others, 0));
  },
});
