import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';
import { dimension } from './dims.ts';
import { cat, split } from './joining.ts';
import { atleast1d, atleast2d, atleast3d } from './rearranging.ts';

/** Joined side by side: along dimension 1, vectors along their only one. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  return scope(() => {
    const grown = tensors.map(atleast1d);
    return cat(grown, grown[0]?.ndim === 1 ? 0 : 1);
  });
}

/** Joined one below the other: along dimension 0, vectors as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return scope(() => cat(tensors.map(atleast2d), 0));
}

/** Joined in depth: along dimension 2, after `atleast3d`. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return scope(() => cat(tensors.map(atleast3d), 2));
}

/** As `hstack`, with vectors as columns. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  return hstack(tensors.map((x) => (x.ndim <= 1 ? ops.reshape(x, [x.size, 1]) : x)));
}

/** As `vstack`. */
export function rowStack(tensors: readonly Tensor[]): Tensor {
  return vstack(tensors);
}

/**
 * Pieces: so many, the first ones larger by one where it does not come out even; or cut before the given positions. Without copying.
 */
export function tensorSplit(x: Tensor, sections: number | readonly number[], dim = 0): Tensor[] {
  const along = dimension('tensorSplit', x.shape, dim, x.ndim);
  const extent = x.shape[along] as number;
  if (typeof sections === 'number') {
    if (!Number.isInteger(sections) || sections < 1) {
      throw new ShapeError(`tensorSplit cannot make ${sections} pieces`, { op: 'tensorSplit', shapes: [x.shape] });
    }
    const [least, larger] = [Math.floor(extent / sections), extent % sections];
    return split(
      x,
      Array.from({ length: sections }, (_, i) => least + (i < larger ? 1 : 0)),
      along,
    );
  }
  const within = (position: number) => Math.min(extent, Math.max(0, position < 0 ? position + extent : position));
  const ends = [...sections.map(within), extent];
  const sizes = ends.map((end, i) => Math.max(0, end - (i === 0 ? 0 : (ends[i - 1] as number))));
  return ends.map((end, i) => {
    const length = sizes[i] as number;
    return ops.slice(
      x,
      x.shape.map((_, d) => (d === along ? end - length : 0)),
      x.shape.map(() => 1),
      x.shape.map((full, d) => (d === along ? length : full)),
    );
  });
}

/** `tensorSplit` along dimension 1, or 0 of a vector; a number must divide the extent. */
export function hsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  return evenSplit('hsplit', x, sections, x.ndim === 1 ? 0 : 1);
}

/** `tensorSplit` along dimension 0; a number must divide the extent. */
export function vsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  return evenSplit('vsplit', x, sections, 0);
}

/** `tensorSplit` along dimension 2; a number must divide the extent. */
export function dsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  return evenSplit('dsplit', x, sections, 2);
}

/** All in one shape, without copying. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  const shape = broadcastShapes('broadcastTensors', ...tensors.map((x) => x.shape));
  return tensors.map((x) => broadcastTo(x, shape));
}

/** Matrices along the diagonal, zeros elsewhere; vectors are rows, scalars `[1, 1]`. */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  const width = tensors.reduce((sum, x) => sum + (x.ndim === 0 ? 1 : (x.shape.at(-1) as number)), 0);
  let left = 0;
  return scope(() => {
    const rows = tensors.map((x) => {
      if (x.ndim > 2) throw new ShapeError('blockDiag takes matrices', { op: 'blockDiag', shapes: [x.shape] });
      const block = atleast2d(x);
      const columns = block.shape[1] as number;
      const padded = ops.pad(block, [0, left], [0, width - left - columns], [0, 0]);
      left += columns;
      return padded;
    });
    return cat(rows, 0);
  });
}

function evenSplit(op: string, x: Tensor, sections: number | readonly number[], dim: number): Tensor[] {
  const extent = x.shape[dimension(op, x.shape, dim, x.ndim)] as number;
  if (typeof sections === 'number' && extent % sections !== 0) {
    throw new ShapeError(`${op} cannot cut ${extent} into ${sections} equal pieces`, {
      op,
      shapes: [x.shape],
      remedy: 'use tensorSplit',
    });
  }
  return tensorSplit(x, sections, dim);
}
