import type { Module } from '@evenkeel/nn-layers';
import { Adam } from '@evenkeel/optimizers';
import type { Tensor } from '@evenkeel/tensor';

/** Trains by Adam for so many steps and returns the first and the last loss. */
export async function train(
  model: Module,
  steps: number,
  lr: number,
  computeLoss: () => Tensor,
): Promise<{ first: number; last: number }> {
  const optimizer = new Adam(model.parameters(), { lr });
  let first = Number.NaN;
  for (let step = 1; ; step++) {
    optimizer.zeroGrad();
    const loss = computeLoss();
    loss.backward();
    optimizer.step();
    if (step === 1) first = await loss.item();
    if (step === steps) return { first, last: await loss.item() };
  }
}
