import { type Expression, weightedSum } from '@evenkeel/backend';
import { expectDim, shapeError } from '../expectations.ts';
import type { Operations } from '../operations.ts';
import type { Primitive, Spec } from '../primitive.ts';
import { foldWindows } from './fold-windows.ts';
import { pad } from './pad.ts';
import { slice } from './slice.ts';

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
    const extent = (inputs[0] as typeof gradient).shape[dim] as number;
    const isApart = step > 1 || gradient.shape.at(-1) === 1;
    if (dilation === 1 && isApart) return foldSteps(ops, gradient, { dim, extent, step });
    return ops.apply(foldWindows, [gradient], { dim, extent, step, dilation });
  },
};

/**
 * The fold of windows that begin `step` apart. Places that are so far apart in a window meet places of other windows that are: each of
 * the first `step` places is folded by itself, from window to window, and no position has to be divided. Windows that do not overlap
 * are only put back.
 */
function foldSteps<T extends Spec>(
  ops: Operations<T>,
  gradient: T,
  { dim, extent, step }: { dim: number; extent: number; step: number },
): T {
  const shape = gradient.shape.slice(0, -1);
  const [count, size] = [shape[dim] as number, gradient.shape.at(-1) as number];
  const turns = Math.ceil(size / step);
  const last = shape.length;
  const filled = resized(ops, gradient, last, turns * step);
  const split = ops.reshape(filled, [...shape, turns, step]);
  const order = [...shape.flatMap((_, d) => (d === dim ? [d, last + 1] : [d])), last];
  const ordered = ops.permute(split, order);
  const steps = count + turns - 1;
  const folded =
    turns === 1 ? ordered : ops.apply(foldWindows, [ordered], { dim, extent: steps, step: 1, dilation: 1 });
  const together = ops.reshape(
    folded,
    shape.map((e, d) => (d === dim ? steps * step : e)),
  );
  return resized(ops, together, dim, extent);
}

/** Zeros behind the last element of a dimension, or some elements less. */
function resized<T extends Spec>(ops: Operations<T>, x: T, dim: number, extent: number): T {
  const more = extent - (x.shape[dim] as number);
  const none = x.shape.map(() => 0);
  if (more > 0) {
    return ops.apply(pad, [x], { before: none, after: none.map((_, d) => (d === dim ? more : 0)), interior: none });
  }
  const shape = x.shape.map((e, d) => (d === dim ? extent : e));
  return more === 0 ? x : ops.apply(slice, [x], { starts: none, steps: none.map(() => 1), shape });
}
