import { arange, gradients, type Tensor, type TensorData, tensor } from '@evenkeel/tensor';
import { expect } from 'vitest';

/**
 * Compares the gradient of a function with central differences in float64 (use `onOracle`): of the sum of its result, weighted so
 * that no element counts as another. Their error is about h² = 1e-10, hence 1e-7 of the largest slope.
 */
export async function expectGradient(fn: (...inputs: Tensor[]) => Tensor, ...data: TensorData[]): Promise<void> {
  const weighted = (inputs: Tensor[]): Tensor => {
    const y = fn(...inputs);
    const weights = arange(0, y.size).to('float64').mul(0.7).add(1).sin().reshape(y.shape);
    return y.mul(weights).sum();
  };
  const leaves = data.map((each) => tensor(each, { dtype: 'float64', requiresGrad: true }));
  const slopes = gradients(weighted(leaves), leaves);
  const flats = await Promise.all(leaves.map((leaf) => leaf.data()));
  const h = 1e-5;
  for (const [which, flat] of flats.entries()) {
    const got = await (slopes[which] as Tensor).data();
    const want: number[] = [];
    for (let i = 0; i < flat.length; i++) {
      const at = async (step: number) => {
        const moved = Float64Array.from(flat);
        moved[i] = (moved[i] as number) + step;
        const { shape } = leaves[which] as Tensor;
        const inputs = leaves.map((leaf, k) =>
          k === which ? tensor(moved, { shape, dtype: 'float64' }) : leaf.detach(),
        );
        return weighted(inputs).item();
      };
      want.push(((await at(h)) - (await at(-h))) / (2 * h));
    }
    const scale = Math.max(1, ...want.map(Math.abs));
    for (const [i, slope] of want.entries()) {
      expect(
        Math.abs((got[i] as number) - slope) / scale,
        `input ${which}, element ${i}: ${got[i]} and ${slope}`,
      ).toBeLessThan(1e-7);
    }
  }
}
