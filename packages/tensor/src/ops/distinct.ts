import { ShapeError } from '@evenkeel/errors';
import { tensor } from '../creation.ts';
import { data } from '../engine/read.ts';
import type { Tensor } from '../tensor.ts';
import { dimension } from './dims.ts';
import { movedim } from './shape.ts';

export interface UniqueOptions {
  /** The dimension whose slices are told apart, as wholes. Default: every element is, row by row. */
  readonly dim?: number;
}

/** All that PyTorch gives with `return_inverse` and `return_counts`. */
export interface Unique {
  /** One of each: `[groups]`, or of the input's shape with as many slices in `dim` as there are groups. */
  readonly values: Tensor;
  /** For each element or slice of the input, the place of its value; of the input's shape or `[slices]`, int32. */
  readonly inverse: Tensor;
  /** How often each value occurs, `[groups]`, int32. */
  readonly counts: Tensor;
}

/** One of each of the equal elements, or slices of a dimension: of all, or of `consecutive` ones alone. */
export async function distinct(op: string, x: Tensor, { dim }: UniqueOptions, consecutive: boolean): Promise<Unique> {
  const along = dim === undefined ? undefined : dimension(op, x.shape, dim);
  const table = along === undefined || x.ndim === 0 ? x.reshape([x.size]) : movedim(x, along, 0);
  const [rows, ...rest] = table.shape as [number, ...number[]];
  if (rows > 0 && rest.includes(0)) {
    throw new ShapeError(`${op} cannot tell slices without elements apart`, { op, shapes: [x.shape] });
  }
  const flat = await data(table);
  const { firsts, inverse, counts } = groupRows(flat, rows, consecutive);
  const width = rows === 0 ? 0 : flat.length / rows;
  const kept = firsts.flatMap((row) => Array.from(flat.subarray(row * width, (row + 1) * width), Number));
  const values = tensor(kept, { dtype: x.dtype, shape: [firsts.length, ...rest] });
  return {
    values: along === undefined || x.ndim === 0 ? values : movedim(values, 0, along),
    inverse: tensor(inverse, { shape: along === undefined ? x.shape : [rows] }),
    counts: tensor(counts),
  };
}

/** Which rows of a table are equal to which. */
interface Groups {
  /** The first row of each group. */
  readonly firsts: readonly number[];
  /** Each row's group. */
  readonly inverse: Int32Array<ArrayBuffer>;
  /** How many rows each group has. */
  readonly counts: Int32Array<ArrayBuffer>;
}

/**
 * Groups of equal rows: all of them, in ascending lexical order, or `consecutive` ones alone, in theirs. NaN comes last and is
 * equal to nothing, as in PyTorch.
 */
function groupRows(flat: ArrayLike<number>, rows: number, consecutive: boolean): Groups {
  const width = rows === 0 ? 0 : flat.length / rows;
  const order = new Int32Array(rows).map((_, row) => row);
  if (!consecutive) order.sort((a, b) => compareRows(flat, width, a, b) || a - b);
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(rows);
  for (const row of order) {
    // Equal to the one before is equal to the first.
    const first = firsts.at(-1);
    if (first !== undefined && equalRows(flat, width, first, row)) counts.push((counts.pop() as number) + 1);
    else {
      firsts.push(row);
      counts.push(1);
    }
    inverse[row] = firsts.length - 1;
  }
  return { firsts, inverse, counts: Int32Array.from(counts) };
}

function compareRows(flat: ArrayLike<number>, width: number, a: number, b: number): number {
  for (let i = 0; i < width; i++) {
    const [left, right] = [flat[a * width + i] as number, flat[b * width + i] as number];
    if (left === right) continue;
    const order = left - right || Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    if (order !== 0) return order;
  }
  return 0;
}

function equalRows(flat: ArrayLike<number>, width: number, a: number, b: number): boolean {
  for (let i = 0; i < width; i++) if (flat[a * width + i] !== flat[b * width + i]) return false;
  return true;
}
