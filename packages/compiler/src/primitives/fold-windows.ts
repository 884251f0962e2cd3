import { expectDim, expectDType, numbers, shapeError } from '../expectations.ts';
import { placeWindows } from '../fusion/windows.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { slice } from './slice.ts';
import { windows } from './windows.ts';

export interface FoldWindowsAttributes {
  readonly dim: number;
  /** The result's extent along `dim`. */
  readonly extent: number;
  readonly step: number;
  readonly dilation: number;
}

/** The transpose of `windows`: each element is the sum of all places in windows that show it. Computed by destination. */
export const foldWindows: Primitive<FoldWindowsAttributes> = {
  name: 'foldWindows',
  infer([x], { dim, extent, step, dilation }) {
    const input = x as Spec;
    expectDType('foldWindows', input, numbers);
    expectDim('foldWindows', input, dim);
    const size = input.shape.at(-1) as number;
    const needed = ((input.shape[dim] as number) - 1) * step + (size - 1) * dilation + 1;
    if (dim === input.shape.length - 1 || needed > extent) {
      throw shapeError('foldWindows', [input.shape], `windows along dimension ${dim} within ${extent}, not ${needed}`);
    }
    return {
      shape: input.shape.slice(0, -1).map((e, d) => (d === dim ? extent : e)),
      dtype: input.dtype,
    };
  },
  lowering: { kind: 'foldWindows', place: placeWindows },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { dim, step, dilation } }) {
    const { shape } = inputs[0] as typeof gradient;
    const count = shape[dim] as number;
    const size = shape.at(-1) as number;
    const all = ops.apply(windows, [gradient], { dim, size, step, dilation });
    // Windows that begin beyond the last one of the input see the result too, but the result does not see them.
    return ops.apply(slice, [all], {
      starts: shape.map(() => 0),
      steps: shape.map(() => 1),
      shape: shape.map((extent, d) => (d === dim ? count : extent)),
    });
  },
};
