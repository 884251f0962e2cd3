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
  // Each loss is waited for when the next one is asked for: the device need not wait for the host.
  let last: Promise<number> | undefined;
  let lastSize = 0;
  for (const batch of batches) {
    await between();
    const value = noGrad(() => loss(batch)).item();
    value.catch(() => {});
    if (last) sum += (await last) * lastSize;
    lastSize = size(batch);
    count += lastSize;
    last = value;
  }
  if (last) sum += (await last) * lastSize;
  return { loss: sum / count };
}
