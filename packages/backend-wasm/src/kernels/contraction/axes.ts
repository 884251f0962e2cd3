import { axis as axisOf, type Expression, type LinearForm, linearForm, sizeOf, weightedSum } from '@evenkeel/backend';

export interface Axis {
  readonly axis: number;
  readonly extent: number;
}

/** Axes numbered from `first`; those of extent 1 stay, because expressions may name them. */
export function axesFrom(extents: readonly number[], first: number): Axis[] {
  return extents.map((extent, i) => ({ axis: first + i, extent }));
}

export function sizeOfAxes(axes: readonly Axis[]): number {
  return sizeOf(axes.map(({ extent }) => extent));
}

/** The axes that have more than one place. */
export function longAxes(axes: readonly Axis[]): Axis[] {
  return axes.filter(({ extent }) => extent > 1);
}

/** How far an index moves when the axes, counted together row by row, advance by one; undefined if not evenly. */
export function mergedStride(form: LinearForm, axes: readonly Axis[]): number | undefined {
  let stride: number | undefined;
  let inside = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    const { axis, extent } = axes[i] as Axis;
    if (extent === 1) continue;
    const coefficient = form.coefficients.get(axis) ?? 0;
    if (stride === undefined) stride = coefficient;
    else if (coefficient !== stride * inside) return undefined;
    inside *= extent;
  }
  return stride ?? 0;
}

/** An index into a row-major array over two groups of axes, whose columns may lie apart as `apart` says. */
export function rowMajor(
  rows: readonly Axis[],
  columns: readonly Axis[],
  pitch: number,
  apart?: readonly number[],
): Expression {
  const terms: Expression[] = [];
  const coefficients: number[] = [];
  const add = (axes: readonly Axis[], last: number, steps?: readonly number[]): void => {
    let step = last;
    for (let i = axes.length - 1; i >= 0; i--) {
      const { axis, extent } = axes[i] as Axis;
      terms.push(axisOf(axis));
      coefficients.push(steps?.[i] ?? step);
      step *= extent;
    }
  };
  add(rows, pitch);
  add(columns, 1, apart);
  return weightedSum(terms, coefficients);
}

/** A matrix in memory: element (row, column) of one batch index lies at `start + row · rowStride + column · columnStride`. */
export interface MatrixView {
  readonly binding: number;
  readonly start: Expression;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** An index as a matrix over two groups of axes, the rest being batch; undefined where it is not evenly spaced. */
export function matrixView(
  binding: number,
  index: Expression,
  rows: readonly Axis[],
  columns: readonly Axis[],
): MatrixView | undefined {
  const form = linearForm(index);
  if (!form) return undefined;
  const rowStride = mergedStride(form, rows);
  const columnStride = mergedStride(form, columns);
  if (rowStride === undefined || columnStride === undefined) return undefined;
  if (rowStride < 0 || columnStride < 0) return undefined;
  return { binding, start: startOf(form, [...rows, ...columns]), rowStride, columnStride };
}

/** An index where some axes stand at 0. */
export function startOf({ coefficients, offset }: LinearForm, axes: readonly Axis[]): Expression {
  const isOutside = ([number]: readonly [number, number]) => !axes.some(({ axis }) => axis === number);
  return indexFrom([...coefficients].filter(isOutside), offset);
}

/** The index that coefficients of axes and an offset make. */
export function indexFrom(coefficients: Iterable<readonly [number, number]>, offset: number): Expression {
  const terms = [...coefficients];
  return weightedSum(
    terms.map(([axis]) => axisOf(axis)),
    terms.map(([, coefficient]) => coefficient),
    offset,
  );
}
