import { everyDType, expectDim, expectDType, expectPlaces, shapeError } from '../expectations.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { scatterAdd } from './scatter-add.ts';

/** `out[…, i, …] = x[…, index[…, i, …], …]` along `dim`. The other dimensions of x and index are equal. */
export const gather: Primitive<{ readonly dim: number }> = {
  name: 'gather',
  infer([x, index], { dim }) {
    const [input, positions] = [x as Spec, index as Spec];
    expectDType('gather', input, everyDType);
    expectDType('gather', positions, ['int32']);
    expectDim('gather', input, dim);
    const fits =
      input.shape.length === positions.shape.length &&
      input.shape.every((extent, d) => d === dim || extent === positions.shape[d]);
    if (!fits) {
      throw shapeError(
        'gather',
        [input.shape, positions.shape],
        `an index whose dimensions but ${dim} are those of the input`,
      );
    }
    expectPlaces('gather', input.shape[dim] as number, positions);
    return { shape: positions.shape, dtype: input.dtype };
  },
  lowering: { kind: 'gather' },
  saves: [1],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { dim } }, input) {
    if (input === 1) return undefined;
    const size = (inputs[0] as typeof gradient).shape[dim] as number;
    return ops.apply(scatterAdd, [gradient, inputs[1] as typeof gradient], { dim, size });
  },
};
