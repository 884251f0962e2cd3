import { clipGradNorm } from '@evenkeel/optimizers';
import type { CompileCounters, Tensor } from '@evenkeel/tensor';
import type { TrainOptions } from './train-options.ts';

/** One step on a batch: the loss, and the gradients' norm before clipping. */
export interface Update<B> {
  /** `scale` is there in mixed precision: what the next loss is multiplied with. */
  (batch: B): { readonly loss: Tensor; readonly norm: Tensor | undefined; readonly scale?: Tensor };
  /** Of a step that runs as one program. */
  readonly counters?: Readonly<CompileCounters>;
}

export function updateOf<B>({ model, optimizer, loss: lossOf, clip }: TrainOptions<B>): Update<B> {
  return (batch) => {
    optimizer.zeroGrad();
    const loss = lossOf(batch);
    loss.backward();
    const norm = clip === undefined ? undefined : clipGradNorm(model.parameters(), clip);
    optimizer.step();
    return { loss, norm };
  };
}

export function setRate(
  optimizer: TrainOptions<unknown>['optimizer'],
  { lr, momentum }: { lr: number; momentum?: number },
): void {
  for (const group of optimizer.paramGroups) {
    group.lr = lr;
    if (momentum === undefined) continue;
    // As PyTorch's cyclic schedules: SGD's momentum, or Adam's first beta.
    if (group.betas) group.betas = [momentum, group.betas[1]];
    else group.momentum = momentum;
  }
}
