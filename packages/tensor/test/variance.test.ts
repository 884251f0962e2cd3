import { randn, tensor, variance } from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle('float32');

describe('the variance in float32', () => {
  it.each([1, 0.1, 0.01])('of 10,000 and noise of %f is right to 1e-4', async (noise) => {
    const x = Float64Array.from(await randn([4096]).mul(noise).add(1e4).data());
    // The values as they are stored, in float64.
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const expected = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (x.length - 1);
    const found = await variance(tensor(x)).item();
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-4);
  });

  it('of a constant is 0, and of one element NaN, as PyTorch gives it', async () => {
    for (const value of [3, 0.1, 1e4 / 3]) {
      expect(await variance(tensor(Array.from({ length: 7 }, () => value))).item()).toBe(0);
    }
    expect(await variance(tensor([3])).item()).toBeNaN();
  });
});
