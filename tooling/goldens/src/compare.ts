import { type GoldenTensor, numberOf } from './case.ts';

/** A result as it was read from a tensor, or a plain number. */
export interface Got {
  shape: readonly number[];
  data: ArrayLike<number>;
}

export interface Tolerance {
  rtol: number;
  atol: number;
}

/** What a comparison found: the first element out of tolerance, and the largest relative error of all. */
export interface Comparison {
  problem: string | undefined;
  /** Largest `|got - want| / (1 + |want|)` over the finite elements. */
  worst: number;
}

/** Compares element by element: `|got - want| <= atol + rtol · |want|`; integers and bools must be equal. */
export function compare(label: string, got: Got, want: GoldenTensor, { rtol, atol }: Tolerance): Comparison {
  if (got.shape.join() !== want.shape.join()) {
    return { problem: `${label}: shape [${got.shape.join(', ')}], want [${want.shape.join(', ')}]`, worst: 0 };
  }
  const exact = want.dtype !== 'float64';
  let problem: string | undefined;
  let outside = 0;
  let worst = 0;
  for (let index = 0; index < want.data.length; index++) {
    const wanted = numberOf(want.data[index]!);
    const found = got.data[index] ?? Number.NaN;
    const error = Math.abs(found - wanted);
    const allowed = exact ? 0 : atol + rtol * Math.abs(wanted);
    if (Number.isFinite(error)) worst = Math.max(worst, error / (1 + Math.abs(wanted)));
    if (Object.is(found, wanted) || found === wanted || error <= allowed) continue;
    outside++;
    problem ??= `${label}${place(index, want.shape)}: got ${found}, want ${wanted} (allowed ±${Number(allowed.toPrecision(3))})`;
  }
  if (outside > 1) problem += ` and ${outside - 1} more of ${want.data.length}`;
  return { problem, worst };
}

/** `[1, 0, 2]` of a flat index; nothing for a scalar. */
function place(flat: number, shape: readonly number[]): string {
  if (shape.length === 0) return '';
  const indices: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    const size = shape[axis] || 1;
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${indices.join(', ')}]`;
}
