import type { DType } from '@evenkeel/backend';
import { expectDim, expectDType, shapeError } from './expectations.ts';
import type { Fold, GradientContext, Primitive, Spec } from './primitive.ts';

export interface ReductionAttributes {
  /** Ascending, without repetition. */
  readonly dims: readonly number[];
}

interface ReductionOptions {
  readonly dtypes: readonly DType[];
  readonly saves?: readonly (number | 'output')[];
  readonly smooth?: boolean;
  readonly result?: DType;
  gradient?<T extends Spec>(context: GradientContext<T, ReductionAttributes>): T | undefined;
}

/** A fold over some dimensions, which stay with size 1. Only a fold with a neutral element may be over nothing. */
export function reductionPrimitive(
  name: string,
  fold: Fold,
  options: ReductionOptions,
): Primitive<ReductionAttributes> {
  const { dtypes, saves = [], smooth = true, result, gradient } = options;
  return {
    name,
    infer([x], { dims }) {
      const input = x as Spec;
      expectDType(name, input, dtypes);
      for (const dim of dims) expectDim(name, input, dim);
      const empty = dims.some((dim) => input.shape[dim] === 0);
      if (empty && fold !== 'sum' && fold !== 'prod') {
        throw shapeError(name, [input.shape], 'at least one element along the reduced dimensions');
      }
      return {
        shape: input.shape.map((extent, d) => (dims.includes(d) ? 1 : extent)),
        dtype: result ?? input.dtype,
      };
    },
    lowering: { kind: 'reduction', fold },
    saves,
    smooth,
    ...(gradient && { gradient }),
  };
}

/**
 * The gradient of a largest or smallest value: shared evenly by the elements that have it. That is found anew: where elements are
 * computed anew, in a checkpoint, they may differ in the last bit from what the output was made of.
 */
export function toExtremes<T extends Spec>(
  { inputs, gradient, ops, attributes }: GradientContext<T, ReductionAttributes>,
  fold: Primitive<ReductionAttributes>,
): T {
  const x = inputs[0] as T;
  const extreme = ops.cast(ops.eq(x, ops.expand(ops.apply(fold, [x], attributes), x.shape)), x.dtype);
  const share = ops.div(gradient, ops.sum(extreme, attributes.dims));
  return ops.mul(extreme, ops.expand(share, x.shape));
}
