import { crossEntropy, type TensorModule } from '@evenkeel/nn-layers';
import { clipGradNorm } from '@evenkeel/optimizers';
import type { Tensor } from '@evenkeel/tensor';

interface Updates {
  zeroGrad(): void;
  step(): void;
}

/** Forward, loss, backward, clipping and update of a classifier. */
export function trainingStep(model: TensorModule, optimizer: Updates, options: { maxNorm?: number } = {}) {
  const { maxNorm } = options;
  return (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const logits = model.call(x);
    const loss = crossEntropy(logits.flatten(0, -2), y.flatten());
    loss.backward();
    if (maxNorm !== undefined) clipGradNorm(model.parameters(), maxNorm);
    optimizer.step();
    return loss;
  };
}
