import { integer, type Shape } from '@evenkeel/backend';
import { shapeError } from '../expectations.ts';
import type { Primitive, Spec } from '../primitive.ts';

/** Dimensions of size 1 repeated to a larger size of the same rank, without copying. */
export const expand: Primitive<{ readonly shape: Shape }> = {
  name: 'expand',
  infer([x], { shape }) {
    const input = x as Spec;
    const fits =
      shape.length === input.shape.length && input.shape.every((extent, d) => extent === shape[d] || extent === 1);
    if (!fits) {
      throw shapeError('expand', [input.shape], `dimensions equal to those of [${shape.join(', ')}], or 1`);
    }
    return { shape, dtype: input.dtype };
  },
  lowering: {
    kind: 'view',
    from: (at, input, { shape }) => at.map((position, d) => (input.shape[d] === shape[d] ? position : integer(0))),
    layout: (input, strides, { shape }) => ({
      strides: strides.map((stride, d) => (input.shape[d] === shape[d] ? stride : 0)),
      offset: 0,
    }),
  },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { shape } }) {
    const input = inputs[0] as typeof gradient;
    const repeated = shape.flatMap((extent, d) => (extent !== input.shape[d] ? [d] : []));
    return repeated.length === 0 ? gradient : ops.sum(gradient, repeated);
  },
};
