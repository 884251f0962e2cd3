import type { Expression, Shape } from '@evenkeel/backend';
import { shapeError } from '../expectations.ts';
import type { Primitive } from '../primitive.ts';

export interface IotaAttributes {
  readonly shape: Shape;
  readonly dim: number;
}

/** Each element's position along one dimension, as int32. */
export const iota: Primitive<IotaAttributes> = {
  name: 'iota',
  infer(_, { shape, dim }) {
    if (!(dim in shape)) throw shapeError('iota', [shape], `a dimension of it, not ${dim}`);
    return { shape, dtype: 'int32' };
  },
  lowering: {
    kind: 'source',
    element: (at, { dim }) => at[dim] as Expression,
  },
  saves: [],
  smooth: false,
};
