import type { HostGenerator } from '../random/host-generator.ts';

/**
 * An order in which samples of like length share a batch, so that little is padded: the given order is cut into pools of
 * `poolBatches` batches, each pool is sorted by length, and the full batches are dealt in a random order.
 *
 * A batch with fewer samples stays last. Without a generator the batches stay as sorted.
 */
export function bucketedOrder(
  order: Uint32Array,
  lengthOf: (index: number) => number,
  options: { batchSize: number; poolBatches: number; random?: HostGenerator | undefined },
): Uint32Array {
  const { batchSize, poolBatches, random } = options;
  const sorted = new Uint32Array(order.length);
  for (let start = 0; start < order.length; start += batchSize * poolBatches) {
    const pool = Array.from(order.subarray(start, start + batchSize * poolBatches), (index) => [
      index,
      lengthOf(index),
    ]);
    pool.sort((left, right) => (left[1] as number) - (right[1] as number));
    sorted.set(
      pool.map(([index]) => index as number),
      start,
    );
  }
  if (!random) return sorted;
  const full = Math.floor(order.length / batchSize);
  const result = sorted.slice();
  for (const [place, batch] of random.permutation(full).entries()) {
    result.set(sorted.subarray(batch * batchSize, (batch + 1) * batchSize), place * batchSize);
  }
  return result;
}
