import { type Shape, weightedSum } from '@evenkeel/backend';
import { shapeError } from '../expectations.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { pad } from './pad.ts';

export interface SliceAttributes {
  readonly starts: readonly number[];
  /** Never 0; negative walks backwards. */
  readonly steps: readonly number[];
  readonly shape: Shape;
}

/** Elements `starts + i · steps` along each dimension, without copying. */
export const slice: Primitive<SliceAttributes> = {
  name: 'slice',
  infer([x], { starts, steps, shape }) {
    const input = x as Spec;
    const inside = input.shape.every((extent, d) => {
      const [start, step, count] = [starts[d] ?? 0, steps[d] ?? 0, shape[d] ?? -1];
      const last = start + (count - 1) * step;
      return step !== 0 && count >= 0 && (count === 0 || (start >= 0 && start < extent && last >= 0 && last < extent));
    });
    if (!inside || shape.length !== input.shape.length) {
      throw shapeError(
        'slice',
        [input.shape],
        `starts [${starts}], steps [${steps}] and sizes [${shape}] that stay inside`,
      );
    }
    return { shape, dtype: input.dtype };
  },
  lowering: {
    kind: 'view',
    from: (at, _, { starts, steps }) =>
      at.map((position, d) => weightedSum([position], [steps[d] as number], starts[d] as number)),
    layout(_input, strides, { starts, steps, shape }) {
      let offset = 0;
      if (!shape.includes(0)) {
        starts.forEach((start, d) => {
          offset += start * (strides[d] as number);
        });
      }
      return { strides: strides.map((stride, d) => stride * (steps[d] as number)), offset };
    },
  },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { starts, steps, shape } }) {
    const input = inputs[0] as typeof gradient;
    if (shape.includes(0)) return ops.full(input.shape, 0, input.dtype);
    // Turned to walk forwards, the cotangent lies in the input with gaps of step - 1 zeros.
    const forwards = steps.some((step) => step < 0)
      ? ops.apply(slice, [gradient], {
          starts: steps.map((step, d) => (step < 0 ? (shape[d] as number) - 1 : 0)),
          steps: steps.map((step) => Math.sign(step)),
          shape,
        })
      : gradient;
    const before = starts.map((start, d) => Math.min(start, start + ((shape[d] as number) - 1) * (steps[d] as number)));
    const interior = steps.map((step) => Math.abs(step) - 1);
    const after = input.shape.map((extent, d) => {
      const width = ((shape[d] as number) - 1) * ((interior[d] as number) + 1) + 1;
      return extent - (before[d] as number) - width;
    });
    return ops.apply(pad, [forwards], { before, after, interior });
  },
};
