import '@evenkeel/tensor/methods';
import {
  exponential,
  Generator,
  multinomial,
  randintLike,
  randLike,
  randnLike,
  randperm,
  type Tensor,
  tensor,
  zeros,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle();

const seeded = () => ({ generator: new Generator(7) });

describe('random numbers', () => {
  it('take shape and dtype from another tensor', async () => {
    const other = zeros([2, 3], { dtype: 'float32' });
    expect(randLike(other, seeded()).dtype).toBe('float32');
    expect(randnLike(other, seeded()).shape).toEqual([2, 3]);
    const whole = randintLike(zeros([50], { dtype: 'int32' }), 3, 5, seeded());
    expect(whole.dtype).toBe('int32');
    expect(new Set(await whole.data())).toEqual(new Set([3, 4]));
  });

  it('exponential has mean and deviation 1 / λ, within five standard errors', async () => {
    const n = 20_000;
    const drawn = exponential([n], 4, seeded());
    expect(Math.abs((await drawn.mean().item()) - 0.25)).toBeLessThan((5 * 0.25) / Math.sqrt(n));
    // The fourth central moment of an exponential is 9 / λ⁴: the variance's standard error is √8 / λ² / √n.
    expect(Math.abs((await drawn.var().item()) - 1 / 16)).toBeLessThan((5 * Math.sqrt(8)) / 16 / Math.sqrt(n));
    expect(await drawn.amin().item()).toBeGreaterThanOrEqual(0);
    expect(() => exponential([1], 0)).toThrow(/λ = 0/);
  });

  it('randperm holds every number once, in another order, and refuses what is no count', async () => {
    const order = [...(await randperm(100, seeded()).data())];
    const sorted = order.toSorted((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(order).not.toEqual(sorted);
    expect((await randperm(0).data()).length).toBe(0);
    for (const n of [-7, 2.5, Number.NaN]) expect(() => randperm(n)).toThrow(/an integer from 0/);
  });
});

describe('multinomial', () => {
  const weights = [1, 0, 3, 6];

  it('draws with replacement by weight, within five standard errors, and never weight 0', async () => {
    const n = 20_000;
    const counts = await multinomial(tensor(weights), n, { replacement: true, ...seeded() })
      .bincount(4)
      .data();
    weights.forEach((weight, i) => {
      const p = weight / 10;
      expect(Math.abs((counts[i] as number) / n - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / n));
    });
  });

  it('draws without replacement: all different, the first by weight', async () => {
    const rows = 5_000;
    const drawn = multinomial(tensor(weights).expand([rows, 4]), 3, seeded());
    expect(drawn.shape).toEqual([rows, 3]);
    const all = (await drawn.tolist()) as number[][];
    expect(all.every((row) => new Set(row).size === 3 && !row.includes(1))).toBe(true);
    const heavy = all.filter(([first]) => first === 3).length / rows;
    expect(Math.abs(heavy - 0.6)).toBeLessThan(5 * Math.sqrt(0.24 / rows));
    // P(second is 2 | first is 3) = 3 / 4.
    const second = all.filter(([first, next]) => first === 3 && next === 2).length / rows;
    expect(Math.abs(second - 0.45)).toBeLessThan(5 * Math.sqrt((0.45 * 0.55) / rows));
  });

  it('repeats with its seed and refuses what it cannot draw', async () => {
    const draw = () => multinomial(tensor(weights), 3, seeded()).tolist();
    expect(await draw()).toEqual(await draw());
    expect(() => multinomial(tensor(weights), 5)).toThrow(/cannot draw 5 of 4/);
    expect(() => multinomial(zeros([2, 2, 2]) as Tensor, 1)).toThrow(/one or two dimensions/);
  });
});
