import type { Shape } from '@evenkeel/backend';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { getDefaultDtype, type TensorOptions, tensor, zeros, zerosLike } from '../creation.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastTo, toFloat } from './broadcast.ts';
import { indexSelect } from './indexing.ts';
import { stack } from './joining.ts';

/** A tensor whose content does not matter; here zeros, which take no memory. */
export const empty: typeof zeros = zeros;
/** A tensor of another's shape and dtype whose content does not matter; here zeros. */
export const emptyLike: typeof zerosLike = zerosLike;

export interface LogspaceOptions extends TensorOptions {
  /** Default 10. */
  readonly base?: number;
}

/** `steps` numbers from baseˢᵗᵃʳᵗ to baseᵉⁿᵈ, both included, evenly spaced in their logarithm. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  { base = 10, ...options }: LogspaceOptions = {},
): Tensor {
  if (!Number.isInteger(steps) || steps < 0) {
    throw new ConfigError(`logspace cannot make ${steps} numbers`, { op: 'logspace', expected: 'an integer from 0' });
  }
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const values = new Float64Array(steps).map((_, i) => base ** (start + i * step));
  return tensor(values, { dtype: getDefaultDtype(), ...options });
}

export interface MeshgridOptions {
  /** 'ij': the first vector runs along dimension 0. 'xy': along dimension 1, the second along 0. Default 'ij'. */
  readonly indexing?: 'ij' | 'xy';
}

/** One grid per vector (scalars count as vectors of one), in which that vector runs along its own dimension. */
export function meshgrid(vectors: readonly Tensor[], { indexing = 'ij' }: MeshgridOptions = {}): Tensor[] {
  const swapped = indexing === 'xy' && vectors.length >= 2;
  const place = (i: number) => (swapped && i < 2 ? 1 - i : i);
  const shape = vectors.map((_, d) => (vectors[place(d)] as Tensor).size);
  return vectors.map((vector, i) => {
    if (vector.ndim > 1) throw new ShapeError('meshgrid takes vectors', { op: 'meshgrid', shapes: [vector.shape] });
    const along = shape.map((_, d) => (d === place(i) ? vector.size : 1));
    return scope(() => broadcastTo(ops.reshape(vector, along), shape));
  });
}

/** All tuples with one element of each vector, in order: `[Π sizes, vectors]`; of one vector, itself. */
export function cartesianProd(...vectors: readonly Tensor[]): Tensor {
  if (vectors.length === 1) return vectors[0] as Tensor;
  return scope(() =>
    stack(
      meshgrid(vectors).map((grid) => ops.reshape(grid, [grid.size])),
      1,
    ),
  );
}

export interface CombinationsOptions {
  /** Whether an element may come more than once. Default false. */
  readonly withReplacement?: boolean;
}

/** All choices of r elements of a vector, in order: `[choices, r]`. Default r: 2. */
export function combinations(x: Tensor, r = 2, { withReplacement = false }: CombinationsOptions = {}): Tensor {
  if (x.ndim !== 1) throw new ShapeError('combinations takes a vector', { op: 'combinations', shapes: [x.shape] });
  let choices: number[][] = [[]];
  for (let i = 0; i < r; i++) {
    choices = choices.flatMap((choice) => {
      const last = choice.at(-1);
      const from = last === undefined ? 0 : withReplacement ? last : last + 1;
      return Array.from({ length: Math.max(0, x.size - from) }, (_, k) => [...choice, from + k]);
    });
  }
  return scope(() => {
    const positions = tensor(Int32Array.from(choices.flat()));
    return ops.reshape(indexSelect(x, 0, positions), [choices.length, r]);
  });
}

/** The positions of a lower triangle, rows and columns: `[2, count]`, int32. */
export function trilIndices(rows: number, columns: number, { offset = 0 }: TriangleOptions = {}): Tensor {
  return positionsWhere(rows, columns, (row, column) => column - row <= offset);
}

/** The positions of an upper triangle, rows and columns: `[2, count]`, int32. */
export function triuIndices(rows: number, columns: number, { offset = 0 }: TriangleOptions = {}): Tensor {
  return positionsWhere(rows, columns, (row, column) => column - row >= offset);
}

export interface TriangleOptions {
  /** The diagonal at which the triangle ends. Default 0. */
  readonly offset?: number;
}

/** Places in a flattened tensor of `shape` as one tensor of positions (int32) for each of its dimensions. */
export function unravelIndex(index: Tensor, shape: Shape): Tensor[] {
  return scope(() => {
    let rest = index;
    const parts = [...shape].reverse().map((extent) => {
      const part = ops.fmod(rest, extent);
      rest = ops.div(rest, extent);
      return part;
    });
    return parts.reverse();
  });
}

export interface VanderOptions {
  /** How many columns. Default: as many as elements. */
  readonly N?: number;
  /** Whether powers grow from left to right. Default false. */
  readonly increasing?: boolean;
}

/** A row of powers for each element of a vector: `[n, N]`, the highest first. */
export function vander(x: Tensor, { N = x.size, increasing = false }: VanderOptions = {}): Tensor {
  if (x.ndim !== 1) throw new ShapeError('vander takes a vector', { op: 'vander', shapes: [x.shape] });
  return scope(() => {
    const float = toFloat(x);
    // By multiplying: a power would take logarithms, and its gradient at 0 is not defined.
    const powers = [ops.full(float.shape, 1, float.dtype)];
    while (powers.length < N) powers.push(ops.mul(powers.at(-1) as Tensor, float));
    const chosen = powers.slice(0, N);
    return stack(increasing ? chosen : chosen.reverse(), 1);
  });
}

/** `bins` equal intervals' counts; what lies outside [min, max] is not counted. With min = max: the elements' own range. */
export function histc(x: Tensor, { bins = 100, min = 0, max = 0 }: HistcOptions = {}): Tensor {
  return scope(() => {
    const flat = ops.reshape(toFloat(x).detach(), [x.size]);
    const own = min === max;
    const constant = (value: number) => ops.full([1], value, flat.dtype);
    let [low, high] = own ? [ops.amin(flat, [0]), ops.amax(flat, [0])] : [constant(min), constant(max)];
    const point = ops.eq(low, high);
    [low, high] = [ops.where(point, ops.sub(low, 1), low), ops.where(point, ops.add(high, 1), high)];
    const [from, to] = [broadcastTo(low, flat.shape), broadcastTo(high, flat.shape)];
    const inside = ops.and(ops.ge(flat, from), ops.le(flat, to));
    const place = ops.floor(ops.mul(ops.div(ops.sub(flat, from), ops.sub(to, from)), bins));
    const bin = ops.cast(ops.where(inside, ops.minimum(place, bins - 1), 0), 'int32');
    return ops.scatterAdd(ops.cast(inside, flat.dtype), bin, 0, bins);
  });
}

export interface HistcOptions {
  /** Default 100. */
  readonly bins?: number;
  readonly min?: number;
  readonly max?: number;
}

function positionsWhere(rows: number, columns: number, inside: (row: number, column: number) => boolean): Tensor {
  const found: [number, number][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) if (inside(row, column)) found.push([row, column]);
  }
  const flat = Int32Array.from([...found.map(([row]) => row), ...found.map(([, column]) => column)]);
  return tensor(flat, { shape: [2, found.length] });
}
