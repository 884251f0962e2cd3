import type { Tensor } from '@evenkeel/tensor';

/** Mean, standard deviation and extremes of a tensor's elements, in float64 on the host. */
export async function statistics(values: Tensor): Promise<{ mean: number; std: number; min: number; max: number }> {
  const elements = Array.from(await values.data(), Number);
  const mean = elements.reduce((sum, value) => sum + value, 0) / elements.length;
  const squares = elements.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    std: Math.sqrt(squares / elements.length),
    min: elements.reduce((a, b) => Math.min(a, b)),
    max: elements.reduce((a, b) => Math.max(a, b)),
  };
}

/** The largest difference between two tensors of one shape. */
export async function distance(left: Tensor, right: Tensor): Promise<number> {
  if (left.shape.join() !== right.shape.join()) return Number.POSITIVE_INFINITY;
  const [a, b] = [await left.data(), await right.data()];
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(Number(a[i]) - Number(b[i]));
    // Written so that a NaN is infinitely far away.
    largest = gap <= largest ? largest : Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
  }
  return largest;
}
