import { contiguousStrides, type Shape, type Strides, sizeOf } from '@evenkeel/backend';
import { shapeError } from '../expectations.ts';
import { reshaped } from '../positions/reshape.ts';
import type { Primitive, Spec } from '../primitive.ts';

/** The same elements, row by row, in another shape. */
export const reshape: Primitive<{ readonly shape: Shape }> = {
  name: 'reshape',
  infer([x], { shape }) {
    const input = x as Spec;
    if (sizeOf(shape) !== sizeOf(input.shape)) {
      throw shapeError(
        'reshape',
        [input.shape],
        `${sizeOf(shape)} elements for [${shape.join(', ')}], not ${sizeOf(input.shape)}`,
      );
    }
    return { shape, dtype: input.dtype };
  },
  lowering: {
    kind: 'view',
    from: (at, input, { shape }, extents) => reshaped(at, shape, input.shape, extents),
    layout(input, strides, { shape }) {
      const walked = stridesAfterReshape(input.shape, strides, shape);
      return walked && { strides: walked, offset: 0 };
    },
  },
  saves: [],
  smooth: true,
  gradient: ({ inputs, gradient, ops }) => ops.reshape(gradient, (inputs[0] as typeof gradient).shape),
};

/** Strides that walk `from` row by row in the shape `to`, where some exist: each run of dimensions that is split or joined must be even. */
function stridesAfterReshape(from: Shape, strides: Strides, to: Shape): Strides | undefined {
  if (sizeOf(from) === 0) return contiguousStrides(to);
  const runs: { extent: number; stride: number }[] = [];
  from.forEach((extent, d) => {
    if (extent === 1) return;
    const stride = strides[d] as number;
    const last = runs.at(-1);
    if (last && last.stride === stride * extent) {
      last.extent *= extent;
      last.stride = stride;
    } else runs.push({ extent, stride });
  });
  const result = new Array<number>(to.length).fill(1);
  let run = runs.pop();
  let left = run?.extent ?? 1;
  for (let d = to.length - 1; d >= 0; d--) {
    const extent = to[d] as number;
    if (extent === 1) continue;
    if (left === 1) {
      run = runs.pop();
      left = run?.extent ?? 1;
    }
    if (!run || left % extent !== 0) return undefined;
    result[d] = run.stride * (run.extent / left);
    left /= extent;
  }
  return result;
}
