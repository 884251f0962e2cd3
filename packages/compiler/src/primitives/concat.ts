import { expectDim, shapeError } from '../expectations.ts';
import { Joining, partsOf } from '../fusion/joining.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { slice } from './slice.ts';

/** Any number of values joined along one dimension. */
export const concat: Primitive<{ readonly dim: number }> = {
  name: 'concat',
  infer(inputs, { dim }) {
    const first = inputs[0] as Spec;
    expectDim('concat', first, dim);
    let joined = 0;
    for (const input of inputs) {
      const fits =
        input.dtype === first.dtype &&
        input.shape.length === first.shape.length &&
        input.shape.every((extent, d) => d === dim || extent === first.shape[d]);
      if (!fits) {
        throw shapeError(
          'concat',
          inputs.map((spec) => spec.shape),
          `one dtype, and shapes equal but for dimension ${dim}`,
        );
      }
      joined += input.shape[dim] as number;
    }
    return {
      shape: first.shape.map((extent, d) => (d === dim ? joined : extent)),
      dtype: first.dtype,
    };
  },
  lowering: { kind: 'concatenation', partsOf, joining: () => new Joining() },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { dim } }, input) {
    const { shape } = inputs[input] as typeof gradient;
    let start = 0;
    for (const earlier of inputs.slice(0, input)) start += earlier.shape[dim] as number;
    return ops.apply(slice, [gradient], {
      starts: shape.map((_, d) => (d === dim ? start : 0)),
      steps: shape.map(() => 1),
      shape,
    });
  },
};
