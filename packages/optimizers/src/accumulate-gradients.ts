import { ConfigError } from '@evenkeel/errors';
import { noGrad, scope, type Tensor } from '@evenkeel/tensor';

export interface AccumulateGradientsOptions<Batch> {
  /** How many samples a batch has, where they differ; each loss counts by its share. Left out, all count the same. */
  sizeOf?: (batch: Batch) => number;
}

/**
 * Adds up the gradients of several small batches, as if they had been one large batch: `backward()` of each loss times
 * its share, so that the gradients are those of the mean. Call `zeroGrad()` before and `step()` after.
 *
 * What one batch computed is released before the next, so it takes the memory of the smallest part. Exact for losses
 * that are means over samples; a batch norm still sees each small batch by itself.
 *
 * @param lossOf the mean loss of a batch, a scalar tensor
 * @returns the mean loss, a scalar tensor without history; nothing is read from the device
 * @throws ConfigError for no batches at all, or sizes that do not add up to a positive number
 * @example accumulateGradients(parts, ({ x, y }) => crossEntropy(model.call(x), y), { sizeOf: ({ x }) => x.shape[0] });
 */
export function accumulateGradients<Batch>(
  batches: Iterable<Batch>,
  lossOf: (batch: Batch) => Tensor,
  options: AccumulateGradientsOptions<Batch> = {},
): Tensor {
  const list = [...batches];
  const sizes = list.map((batch) => options.sizeOf?.(batch) ?? 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!(total > 0 && sizes.every((size) => size >= 0 && Number.isFinite(size)))) {
    throw new ConfigError('there is nothing to accumulate', {
      doing: 'accumulating gradients',
      got: list.length === 0 ? 'no batches' : `batches of ${sizes.join(', ')} samples`,
      expected: 'at least one batch, sizes >= 0 that are not all 0',
    });
  }
  const losses = list.map((batch, index) =>
    scope(() => {
      const loss = lossOf(batch).mul(sizes[index]! / total);
      loss.backward();
      return loss.detach();
    }),
  );
  return noGrad(() => losses.reduce((sum, loss) => sum.add(loss)));
}
