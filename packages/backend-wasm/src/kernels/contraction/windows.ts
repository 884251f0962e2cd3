import {
  axis as axisOf,
  type Expression,
  integer,
  type KernelBinding,
  linearForm,
  load,
  weightedSum,
} from '@evenkeel/backend';
import { type Axis, type MatrixView, sizeOfAxes, startOf } from './axes.ts';
import { gridOf } from './grid.ts';
import { isInside, isPlain, type Operand, type OperandScratch, stageOf } from './operand.ts';

export { gridOf };

/**
 * How a convolution's windows lie in its image: side by side along a row of the output, with gaps from row to row where
 * windows would reach over the edge. Products are made for the gaps as well, so that no window has to be copied.
 */
export interface Windows {
  /** Elements from one place to the next, along each of the column axes. */
  readonly columnSteps: readonly number[];
  /** Elements from the first window to behind the last. */
  readonly span: number;
  /** Where the bytes from a window's beginning to each of its k's are written down. */
  readonly offsets: MatrixView;
}

// What is larger is worked on in pieces, which costs more than products for some gaps (as a part of the columns).
const mostElements = 1 << 18;
const someGaps = 0.3;
// Otherwise gaps cost as much as copies of the windows where they are so many by the square of the rows, and not very many.
const evenGaps = 75;
const manyGaps = 0.6;
// Fewer than these are rather the taps of a kernel, whose gradient is added up image by image.
const leastColumns = 32;
// Sums with gaps between them are copied to where they belong: for many rows of so few products that costs more than the windows.
const leastProducts = 16;

/** An operand that is a convolution's windows, read where the image lies, or its values with a border in the scratch. */
export function windowsOf(
  e: Expression,
  bindings: readonly KernelBinding[],
  columns: readonly Axis[],
  ks: readonly Axis[],
  rows: number,
  scratch: OperandScratch,
  free: number,
): Operand | undefined {
  const own = [...columns, ...ks];
  const grid = gridOf(e, own, free);
  if (grid && grid.elements > mostElements) return undefined;
  const image = grid ? load('float32', scratch.grid, grid.index) : e;
  const form = image.kind === 'load' && (grid || isPlain(image, bindings)) ? linearForm(image.index) : undefined;
  if (!form || image.kind !== 'load') return undefined;
  const stepsOf = (axes: readonly Axis[]) => axes.map(({ axis }) => form.coefficients.get(axis) ?? 0);
  const columnSteps = stepsOf(columns);
  let span = 1;
  columns.toReversed().forEach(({ extent }, i) => {
    const step = columnSteps.at(-1 - i) as number;
    // One place or gaps beyond measure, if the places are not neighbors or lie one upon another.
    if (extent > 1) span += step >= span && (step === 1 || span > 1) ? step * (extent - 1) : Infinity;
  });
  const mostGaps = sizeOfAxes(own) > mostElements ? someGaps : Math.min(manyGaps, evenGaps / rows ** 2);
  if (sizeOfAxes(ks) < Math.min(leastProducts, 2 * rows)) return undefined;
  if (sizeOfAxes(columns) < leastColumns || span > (1 + mostGaps) * sizeOfAxes(columns)) return undefined;
  const offset = weightedSum(
    ks.map(({ axis }) => axisOf(axis)),
    stepsOf(ks).map((step) => step * 4),
  );
  const stages = [stageOf(scratch.values, offset, [], ks)];
  if (grid) stages.unshift(stageOf(scratch.grid, grid.value, [], grid.axes));
  const start = integer(0);
  return {
    view: { binding: image.binding, start: startOf(form, own), rowStride: 1, columnStride: 0 },
    computed: { stages },
    isShared: isInside(e, own),
    windows: { columnSteps, span, offsets: { binding: scratch.values, start, rowStride: 0, columnStride: 1 } },
  };
}
