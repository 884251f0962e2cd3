import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastTo } from './broadcast.ts';
import { cat } from './joining.ts';
import { flip } from './shape.ts';
import { narrow, slice } from './slicing.ts';

export interface PadOptions {
  /** Default 'constant'. */
  readonly mode?: 'constant' | 'reflect' | 'replicate' | 'circular';
  /** What 'constant' pads with. Default 0. */
  readonly value?: number;
}

/**
 * Elements put around x: `[left, right, top, bottom, …]` from the last dimension, as PyTorch's `F.pad`. Negative counts crop.
 */
export function pad(x: Tensor, counts: readonly number[], { mode = 'constant', value = 0 }: PadOptions = {}): Tensor {
  if (counts.length % 2 !== 0 || counts.length > 2 * x.ndim) {
    throw new ShapeError(`pad needs pairs for at most ${x.ndim} dimensions`, {
      op: 'pad',
      shapes: [x.shape],
      got: `[${counts}]`,
    });
  }
  const before = x.shape.map((_, d) => counts[2 * (x.ndim - 1 - d)] ?? 0);
  const after = x.shape.map((_, d) => counts[2 * (x.ndim - 1 - d) + 1] ?? 0);
  return scope(() => {
    if (mode !== 'constant') {
      let result = x;
      for (let d = 0; d < x.ndim; d++) {
        result = border(result, d, before[d] as number, after[d] as number, mode);
      }
      return result === x ? ops.copy(x) : result;
    }
    const cropped = crop(x, before, after);
    const around = (content: Tensor) =>
      ops.pad(
        content,
        before.map((n) => Math.max(0, n)),
        after.map((n) => Math.max(0, n)),
        x.shape.map(() => 0),
      );
    if (value === 0) return around(cropped);
    const inner = around(ops.full(cropped.shape, 1, 'bool'));
    return ops.where(inner, around(cropped), value);
  });
}

function crop(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  let result = x;
  for (let d = 0; d < x.ndim; d++) {
    const [low, high] = [Math.min(0, before[d] as number), Math.min(0, after[d] as number)];
    if (low < 0 || high < 0) {
      result = narrow(result, d, -low, (x.shape[d] as number) + low + high);
    }
  }
  return result;
}

function border(
  x: Tensor,
  dim: number,
  before: number,
  after: number,
  mode: 'reflect' | 'replicate' | 'circular',
): Tensor {
  if (before === 0 && after === 0) return x;
  const extent = x.shape[dim] as number;
  const most = mode === 'reflect' ? extent - 1 : mode === 'circular' ? extent : Infinity;
  if (before > most || after > most || extent === 0) {
    throw new ShapeError(`pad: ${mode} cannot put ${Math.max(before, after)} around ${extent}`, {
      op: 'pad',
      shapes: [x.shape],
      expected: `at most ${most}`,
    });
  }
  const edge = (count: number, atStart: boolean): Tensor => {
    if (mode === 'circular') return atStart ? slice(x, dim, extent - count) : slice(x, dim, 0, count);
    if (mode === 'reflect') {
      return flip(narrow(x, dim, atStart ? 1 : extent - 1 - count, count), dim);
    }
    const shape = x.shape.map((size, d) => (d === dim ? count : size));
    return broadcastTo(narrow(x, dim, atStart ? 0 : extent - 1, 1), shape);
  };
  const middle = crop(
    x,
    x.shape.map((_, d) => (d === dim ? before : 0)),
    x.shape.map((_, d) => (d === dim ? after : 0)),
  );
  const parts = [middle];
  if (before > 0) parts.unshift(edge(before, true));
  if (after > 0) parts.push(edge(after, false));
  return cat(parts, dim);
}
