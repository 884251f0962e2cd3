import { expectDim, expectDType, numbers } from '../expectations.ts';
import { rankKernel } from '../lowering/rank.ts';
import { alongLines } from '../lowering/routine.ts';
import type { Primitive, Spec } from '../primitive.ts';

export interface RankAttributes {
  readonly dim: number;
  readonly descending: boolean;
}

/**
 * Each element's place in the sorted order along one dimension, as int32. Equal elements keep their order (stable); NaN counts as
 * larger than everything, as in PyTorch. What sorting, top-k and quantiles are made of.
 */
export const rank: Primitive<RankAttributes> = {
  name: 'rank',
  infer([x], { dim }) {
    const input = x as Spec;
    expectDType('rank', input, numbers);
    expectDim('rank', input, dim);
    return { shape: input.shape, dtype: 'int32' };
  },
  lowering: { kind: 'routine', kernel: /* @__PURE__ */ alongLines(rankKernel) },
  saves: [],
  smooth: false,
};
