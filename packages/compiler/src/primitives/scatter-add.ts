import { sameShape } from '@evenkeel/backend';
import { expectDim, expectDType, expectPlaces, numbers, shapeError } from '../expectations.ts';
import { alongLines } from '../lowering/routine.ts';
import { scatterAddKernel } from '../lowering/scatter-add.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { gather } from './gather.ts';

export interface ScatterAddAttributes {
  readonly dim: number;
  /** The result's extent along `dim`. */
  readonly size: number;
}

/** Zeros to which `source` is added at `index` along `dim`, in order: the same bits at every run. */
export const scatterAdd: Primitive<ScatterAddAttributes> = {
  name: 'scatterAdd',
  infer([source, index], { dim, size }) {
    const [values, positions] = [source as Spec, index as Spec];
    expectDType('scatterAdd', values, numbers);
    expectDType('scatterAdd', positions, ['int32']);
    expectDim('scatterAdd', values, dim);
    if (!sameShape(values.shape, positions.shape)) {
      throw shapeError('scatterAdd', [values.shape, positions.shape], 'a source and an index of one shape');
    }
    expectPlaces('scatterAdd', size, positions);
    return {
      shape: values.shape.map((extent, d) => (d === dim ? size : extent)),
      dtype: values.dtype,
    };
  },
  lowering: { kind: 'routine', kernel: /* @__PURE__ */ alongLines(scatterAddKernel) },
  saves: [1],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { dim } }, input) {
    if (input === 1) return undefined;
    return ops.apply(gather, [gradient, inputs[1] as typeof gradient], { dim });
  },
};
