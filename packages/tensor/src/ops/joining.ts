import { ConfigError, ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { promoteTypes } from './broadcast.ts';
import { dimension } from './dims.ts';

/** Tensors joined along an existing dimension; the other dimensions are equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (!first) {
    throw new ShapeError('cat needs at least one tensor', { op: 'cat', got: 'none' });
  }
  const along = dimension('cat', first.shape, dim, first.ndim);
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promoteTypes);
  return scope(() =>
    ops.concat(
      tensors.map((tensor) => ops.cast(tensor, dtype)),
      along,
    ),
  );
}

/** Tensors of one shape joined along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const [first] = tensors;
  if (!first) {
    throw new ShapeError('stack needs at least one tensor', { op: 'stack', got: 'none' });
  }
  const along = dimension('stack', first.shape, dim, first.ndim + 1);
  return scope(() =>
    cat(
      tensors.map((tensor) => ops.reshape(tensor, [...tensor.shape.slice(0, along), 1, ...tensor.shape.slice(along)])),
      along,
    ),
  );
}

/** Pieces of the given size (the last may be smaller) or sizes, without copying. */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  const along = dimension('split', x.shape, dim, x.ndim);
  const extent = x.shape[along] as number;
  if (typeof size === 'number' && !(size > 0)) {
    throw new ConfigError(`split cannot make pieces of ${size}`, { op: 'split', expected: 'a size above 0' });
  }
  const sizes =
    typeof size === 'number'
      ? Array.from({ length: Math.max(1, Math.ceil(extent / size)) }, (_, i) => Math.min(size, extent - i * size))
      : size;
  const total = sizes.reduce((sum, part) => sum + part, 0);
  if (total !== extent) {
    throw new ShapeError(`split into [${sizes}] does not fill a dimension of ${extent}`, {
      op: 'split',
      shapes: [x.shape],
    });
  }
  let start = 0;
  return sizes.map((part) => {
    const piece = ops.slice(
      x,
      x.shape.map((_, d) => (d === along ? start : 0)),
      x.shape.map(() => 1),
      x.shape.map((full, d) => (d === along ? part : full)),
    );
    start += part;
    return piece;
  });
}

/** At most `count` pieces of equal size, the last possibly smaller. */
export function chunk(x: Tensor, count: number, dim = 0): Tensor[] {
  const extent = x.shape[dimension('chunk', x.shape, dim, x.ndim)] as number;
  if (!(count > 0)) {
    throw new ConfigError(`chunk cannot make ${count} pieces`, { op: 'chunk', expected: 'a count above 0' });
  }
  return split(x, Math.max(1, Math.ceil(extent / count)), dim);
}

/** The positions of one dimension, which disappears. */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const along = dimension('unbind', x.shape, dim, x.ndim);
  const shape = x.shape.filter((_, d) => d !== along);
  return scope(() => split(x, 1, along).map((piece) => ops.reshape(piece, shape)));
}
