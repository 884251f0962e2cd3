import { ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';
import { type ReductionOptions, reduce } from './reduction.ts';

/** (input − target)²; `torch.nn.functional.mse_loss`. Both of one shape. */
export function mseLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  expectSameShape('mseLoss', input, target);
  return scope(() => reduce(input.sub(target).square(), options.reduction));
}

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
