import type { Expression } from '@evenkeel/backend';
import { shapeError } from '../expectations.ts';
import type { Primitive, Spec } from '../primitive.ts';

/** Dimension d of the result is dimension `dims[d]` of the input. */
export const permute: Primitive<{ readonly dims: readonly number[] }> = {
  name: 'permute',
  infer([x], { dims }) {
    const input = x as Spec;
    const sorted = [...dims].sort((a, b) => a - b);
    if (dims.length !== input.shape.length || sorted.some((dim, d) => dim !== d)) {
      throw shapeError(
        'permute',
        [input.shape],
        `each of its ${input.shape.length} dimensions once, not [${dims.join(', ')}]`,
      );
    }
    return { shape: dims.map((dim) => input.shape[dim] as number), dtype: input.dtype };
  },
  lowering: {
    kind: 'view',
    from: (at, _, { dims }) => at.map((_position, d) => at[dims.indexOf(d)] as Expression),
    layout: (_, strides, { dims }) => ({
      strides: dims.map((dim) => strides[dim] as number),
      offset: 0,
    }),
  },
  saves: [],
  smooth: true,
  gradient({ gradient, ops, attributes: { dims } }) {
    const inverse = new Array<number>(dims.length);
    dims.forEach((dim, d) => {
      inverse[dim] = d;
    });
    return ops.permute(gradient, inverse);
  },
};
