import type { ReductionFunction } from '@evenkeel/backend';
import { expectDim, expectDType, numbers } from '../expectations.ts';
import { alongLines } from '../lowering/routine.ts';
import { scanKernel } from '../lowering/scan.ts';
import type { GradientContext, Primitive, Spec } from '../primitive.ts';

export interface ScanAttributes {
  readonly dim: number;
  readonly fn: ReductionFunction;
  /** From the last element to the first. */
  readonly reverse: boolean;
}

/** Running folds along one dimension: each element is the fold of all up to it. */
export const scan: Primitive<ScanAttributes> = {
  name: 'scan',
  infer([x], { dim }) {
    const input = x as Spec;
    expectDType('scan', input, numbers);
    expectDim('scan', input, dim);
    return input;
  },
  lowering: { kind: 'routine', kernel: /* @__PURE__ */ alongLines(scanKernel) },
  saves: [0, 'output'],
  smooth: true,
  gradient(context) {
    const { gradient, ops, attributes } = context;
    const { dim, fn, reverse } = attributes;
    if (fn === 'sum') return ops.apply(scan, [gradient], { dim, fn, reverse: !reverse });
    // Where a largest or smallest element came from is asked by who needs it: `cummax` gathers by index.
    return fn === 'prod' ? throughProduct(context) : undefined;
  },
};

/**
 * `dx_k = Σ_{i from k on} g_i · Π_{j up to i, j ≠ k} x_j`. Up to the first zero that is a sum of `g · out` over x_k; at it, the
 * same with a product that leaves it out; behind it every product holds that zero.
 */
function throughProduct<T extends Spec>({
  inputs,
  output,
  gradient,
  ops,
  attributes,
}: GradientContext<T, ScanAttributes>): T {
  const { dim, reverse } = attributes;
  const x = inputs[0] as T;
  const isZero = ops.eq(x, 0);
  const zeros = ops.apply(scan, [ops.cast(isZero, x.dtype)], { dim, fn: 'sum', reverse });
  const isFirst = ops.and(isZero, ops.eq(zeros, 1));
  const without = ops.apply(scan, [ops.where(isFirst, 1, x)], { dim, fn: 'prod', reverse });
  const onward = (values: T) => ops.apply(scan, [values], { dim, fn: 'sum', reverse: !reverse });
  const before = ops.div(onward(ops.mul(gradient, output)), ops.where(isZero, 1, x));
  const there = onward(ops.mul(gradient, without));
  return ops.where(ops.eq(zeros, 0), before, ops.where(isFirst, there, 0));
}
