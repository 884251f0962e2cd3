import { cast as castTo, type DType, type Expression, isFloat } from '@evenkeel/backend';
import type { Primitive, Spec } from '../primitive.ts';

/** The same values in another dtype: floats lose their fraction in int32, and anything but 0 is true. */
export const cast: Primitive<{ readonly dtype: DType }> = {
  name: 'cast',
  infer: ([x], { dtype }) => ({ shape: (x as Spec).shape, dtype }),
  lowering: {
    kind: 'pointwise',
    scalar: ([x], { dtype }) => castTo(dtype, x as Expression),
  },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops }) {
    const { dtype } = inputs[0] as typeof gradient;
    return isFloat(dtype) ? ops.cast(gradient, dtype) : undefined;
  },
};
