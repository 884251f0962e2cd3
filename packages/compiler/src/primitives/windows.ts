import { type Expression, weightedSum } from '@evenkeel/backend';
import { expectDim, shapeError } from '../expectations.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { foldWindows } from './fold-windows.ts';
import { pad } from './pad.ts';

export interface WindowsAttributes {
  readonly dim: number;
  /** Elements in a window. */
  readonly size: number;
  /** From one window's first element to the next one's. */
  readonly step: number;
  /** From one element of a window to the next. */
  readonly dilation: number;
}

/** Sliding windows along one dimension: it becomes the window's number, and a new last dimension the place in it. No copy. */
export const windows: Primitive<WindowsAttributes> = {
  name: 'windows',
  infer([x], { dim, size, step, dilation }) {
    const input = x as Spec;
    expectDim('windows', input, dim);
    const extent = input.shape[dim] as number;
    const width = (size - 1) * dilation + 1;
    if (![size, step, dilation].every((count) => Number.isInteger(count) && count >= 1) || width > extent) {
      throw shapeError('windows', [input.shape], `a window of ${width} in steps of ${step} inside dimension ${dim}`);
    }
    const count = Math.floor((extent - width) / step) + 1;
    return { shape: [...input.shape.map((e, d) => (d === dim ? count : e)), size], dtype: input.dtype };
  },
  lowering: {
    kind: 'view',
    from(at, _, { dim, step, dilation }) {
      const place = at.at(-1) as Expression;
      return at
        .slice(0, -1)
        .map((position, d) => (d === dim ? weightedSum([position, place], [step, dilation]) : position));
    },
    layout: (_, strides, { dim, step, dilation }) => ({
      strides: [
        ...strides.map((stride, d) => (d === dim ? stride * step : stride)),
        (strides[dim] as number) * dilation,
      ],
      offset: 0,
    }),
  },
  saves: [],
  smooth: true,
  gradient({ inputs, gradient, ops, attributes: { dim, step, dilation } }) {
    const { shape } = inputs[0] as typeof gradient;
    const extent = shape[dim] as number;
    const [count, size] = [gradient.shape[dim] as number, gradient.shape.at(-1) as number];
    if (step === size && dilation === 1) {
      // Windows that lie side by side only have to be put back: place after window, and zeros for what no window shows.
      const last = shape.length;
      const order = shape.flatMap((_, d) => (d === dim ? [d, last] : [d]));
      const together = shape.map((e, d) => (d === dim ? count * size : e));
      const laid = ops.reshape(ops.permute(gradient, order), together);
      const after = shape.map((_, d) => (d === dim ? extent - count * size : 0));
      const none = shape.map(() => 0);
      return extent === count * size ? laid : ops.apply(pad, [laid], { before: none, after, interior: none });
    }
    return ops.apply(foldWindows, [gradient], { dim, extent, step, dilation });
  },
};
