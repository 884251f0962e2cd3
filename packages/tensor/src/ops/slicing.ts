import { sizeOf } from '@evenkeel/backend';
import { ConfigError, IndexError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';
import { dimension } from './dims.ts';
import { indexSelect } from './indexing.ts';
import { cat } from './joining.ts';
import { methods } from './method.ts';
import { flatPositions } from './positions.ts';

/** Elements `start` to before `end` in steps along one dimension, as Python's `x[start:end:step]`; without copying. */
export function slice(x: Tensor, dim: number, start = 0, end?: number, step = 1): Tensor {
  const along = dimension('slice', x.shape, dim, x.ndim);
  if (!Number.isInteger(step) || step === 0) {
    throw new ConfigError(`slice cannot walk in steps of ${step}`, {
      op: 'slice',
      expected: 'an integer other than 0',
    });
  }
  const extent = x.shape[along] as number;
  const clip = (position: number, low: number, high: number) =>
    Math.max(low, Math.min(high, position < 0 ? position + extent : position));
  const backwards = step < 0;
  const first = clip(start === 0 && backwards ? extent : start, 0, backwards ? extent - 1 : extent);
  const last = end === undefined ? (backwards ? -1 : extent) : clip(end, backwards ? -1 : 0, extent);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return take(x, along, first, step, count);
}

/** One position of a dimension, which disappears. Negative positions count from the back. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const along = dimension('select', x.shape, dim, x.ndim);
  const position = inside('select', x, along, index);
  const taken = take(x, along, position, 1, 1);
  const result = ops.reshape(
    taken,
    x.shape.filter((_, d) => d !== along),
  );
  taken.lifetime?.drop();
  return result;
}

/** `length` positions of a dimension from `start`. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const along = dimension('narrow', x.shape, dim, x.ndim);
  const extent = x.shape[along] as number;
  const first = start < 0 ? start + extent : start;
  if (length < 0 || first < 0 || first + length > extent) {
    throw new ShapeError(`narrow to ${length} from ${start} leaves a dimension of ${extent}`, {
      op: 'narrow',
      shapes: [x.shape],
    });
  }
  return take(x, along, first, 1, length);
}

/** One place of an indexing: a position, `[start, end, step]`, `null` for a new dimension, `'...'`, or positions as int32. */
export type IndexPart =
  | number
  | readonly [start?: number | null, end?: number | null, step?: number | null]
  | null
  | '...'
  | Tensor;

/**
 * Python's indexing: `x[1, ::2, None, ..., ids]` is `x.index(1, [null, null, 2], null, '...', ids)`.
 *
 * Several tensors of positions (int32, negative ones count from the back) point together: they broadcast against each other, and
 * `x.index(rows, columns)` holds the elements `x[rows[i], columns[i]]`. The dimensions they broadcast to take the place of those
 * they point into, or come first where something lies between these. A tensor without dimensions is one number. The gradient of what is read twice adds up.
 *
 * @throws ShapeError for more indices than dimensions, and positions that do not broadcast
 * @throws IndexError for a position outside; a tensor's are checked when values are read
 * @throws DTypeError for positions that are not int32
 */
export function index(x: Tensor, ...parts: readonly IndexPart[]): Tensor {
  const named = parts.filter((part) => part !== null && part !== '...').length;
  if (named > x.ndim) {
    throw new ShapeError(`${named} indices for ${x.ndim} dimensions`, {
      op: 'index',
      shapes: [x.shape],
    });
  }
  return scope(() => {
    const pointed: { dim: number; positions: Tensor }[] = [];
    let result = x;
    let dim = 0;
    let rest = named;
    for (const part of parts) {
      if (part === '...') dim = result.ndim - rest;
      else if (part === null) result = ops.reshape(result, splice(result.shape, dim++, 0, 1));
      else {
        rest -= 1;
        if (typeof part === 'number') result = select(result, dim, part);
        else if (part instanceof Tensor && part.ndim === 0) result = pick(result, [{ dim, positions: part }]);
        else if (part instanceof Tensor) pointed.push({ dim: dim++, positions: part });
        else {
          const [start, end, step] = part as readonly [number?, number?, number?];
          result = slice(result, dim++, start ?? 0, end ?? undefined, step ?? 1);
        }
      }
    }
    if (pointed.length > 0) return pick(result, pointed);
    return result === x ? ops.reshape(x, x.shape) : result;
  });
}

/** The elements at positions in several dimensions. These are brought side by side and flattened to one. */
function pick(x: Tensor, pointed: readonly { dim: number; positions: Tensor }[]): Tensor {
  const at = pointed.map(({ dim }) => dim);
  const first = at[0] as number;
  const place = at.every((dim, i) => dim === first + i) ? first : 0;
  const rest = x.shape.map((_, d) => d).filter((d) => !at.includes(d));
  const aligned = ops.permute(x, [...rest.slice(0, place), ...at, ...rest.slice(place)]);
  const extents = at.map((d) => x.shape[d] as number);
  const positions = flatPositions(
    'index',
    pointed.map((each) => each.positions),
    extents,
  );
  const flat = ops.reshape(aligned, splice(aligned.shape, place, at.length, sizeOf(extents)));
  const taken = indexSelect(flat, place, ops.reshape(positions, [positions.size]));
  return ops.reshape(taken, splice(taken.shape, place, 1, ...positions.shape));
}

/** Moved round by `shifts` positions along the given dimensions; what leaves at one end enters at the other. */
export function roll(x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  const list = typeof shifts === 'number' ? [shifts] : shifts;
  if (!list.every(Number.isInteger)) {
    throw new ConfigError(`roll cannot move by ${list} positions`, { op: 'roll', expected: 'integers' });
  }
  return scope(() => {
    if (dims === undefined) {
      const flat = ops.reshape(x, [x.size]);
      return ops.reshape(roll(flat, list[0] as number, 0), x.shape);
    }
    let result = x;
    for (const [i, dim] of (typeof dims === 'number' ? [dims] : dims).entries()) {
      const along = dimension('roll', x.shape, dim, x.ndim);
      const extent = x.shape[along] as number;
      if (extent === 0) continue;
      const cut = (((-(list[i] as number) % extent) + extent) % extent) as number;
      const parts = [slice(result, along, cut), slice(result, along, 0, cut)];
      result = cat(parts, along);
    }
    return result === x ? ops.copy(x) : result;
  });
}

function take(x: Tensor, along: number, first: number, step: number, count: number): Tensor {
  return ops.slice(
    x,
    x.shape.map((_, d) => (d === along ? first : 0)),
    x.shape.map((_, d) => (d === along ? step : 1)),
    x.shape.map((extent, d) => (d === along ? count : extent)),
  );
}

function inside(op: string, x: Tensor, along: number, index: number): number {
  const extent = x.shape[along] as number;
  const position = index < 0 ? index + extent : index;
  if (Number.isInteger(index) && position >= 0 && position < extent) return position;
  throw new IndexError(`${op}: position ${index} is outside a dimension of ${extent}`, {
    op,
    shapes: [x.shape],
    expected: `${-extent} to ${extent - 1}`,
  });
}

function splice(shape: readonly number[], at: number, remove: number, ...put: number[]): number[] {
  return [...shape.slice(0, at), ...put, ...shape.slice(at + remove)];
}

declare module '../tensor.ts' {
  interface Tensor {
    slice(dim: number, start?: number, end?: number, step?: number): Tensor;
    select(dim: number, index: number): Tensor;
    narrow(dim: number, start: number, length: number): Tensor;
  }
}

methods({ slice, select, narrow });
