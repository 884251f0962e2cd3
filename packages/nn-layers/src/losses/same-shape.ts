import { ShapeError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';

/** Refuses to broadcast: an input `[N, 1]` with a target `[N]` would give N² differences and a wrong loss in silence. */
export function expectSameShape(op: string, input: Tensor, target: Tensor): void {
  if (input.ndim === target.ndim && input.shape.every((size, dim) => size === target.shape[dim])) return;
  throw new ShapeError('input and target differ in shape', {
    op,
    got: `input [${input.shape.join(', ')}], target [${target.shape.join(', ')}]`,
    expected: 'the same shape',
    remedy: 'reshape one of them, for example input.squeeze(-1)',
  });
}
