import { noGrad, type Tensor } from '@evenkeel/tensor';

/**
 * The mean loss over batches, for validation: `evaluate: () => meanLoss(loader, loss)`.
 *
 * Each batch counts by its size where `size` tells it; by default all count the same. `between` is awaited before each
 * batch: what lets the host breathe, or stops.
 */
export async function meanLoss<B>(
  batches: Iterable<B>,
  loss: (batch: B) => Tensor,
  size: (batch: B) => number = () => 1,
  between: () => Promise<void> = async () => {},
): Promise<{ loss: number }> {
  let sum = 0;
  let count = 0;
  for (const batch of batches) {
    await between();
    const value = await noGrad(() => loss(batch)).item();
    sum += value * size(batch);
    count += size(batch);
  }
  return { loss: sum / count };
}
