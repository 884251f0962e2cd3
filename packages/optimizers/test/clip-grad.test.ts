import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, NonFiniteError } from '@evenkeel/errors';
import { clipGradNorm, clipGradValue } from '@evenkeel/optimizers';
import { Parameter, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

const withGradients = (...gradients: number[][]): Parameter[] =>
  gradients.map((gradient) => {
    const parameter = new Parameter(zeros([gradient.length]));
    parameter.grad = tensor(gradient);
    return parameter;
  });
const gradientsOf = (list: readonly Parameter[]): Promise<number[][]> =>
  Promise.all(list.map(async ({ grad }) => [...(await grad!.data())]));

describe('clipGradNorm', () => {
  test.each([
    [2, 13],
    [1, 19],
    [3, (27 + 64 + 12 ** 3) ** (1 / 3)],
    [Number.POSITIVE_INFINITY, 12],
  ])('by the %s-norm gives the norm before and scales to the limit', async (normType, norm) => {
    const list = withGradients([3, -4], [12]);
    const total = clipGradNorm(list, 1, { normType });
    expect(await total.item()).toBeCloseTo(norm, 5);
    const factor = 1 / (norm + 1e-6);
    const [first, second] = await gradientsOf(list);
    expect(first![0]).toBeCloseTo(3 * factor, 6);
    expect(first![1]).toBeCloseTo(-4 * factor, 6);
    expect(second![0]).toBeCloseTo(12 * factor, 6);
  });

  test('leaves shorter gradients as they are, to the bit', async () => {
    const list = withGradients([0.1, 0.2], [0.3]);
    clipGradNorm(list, 1);
    expect(await gradientsOf(list)).toEqual([[...Float32Array.of(0.1, 0.2)], [...Float32Array.of(0.3)]]);
  });

  test.each([1, 2, 3, Number.POSITIVE_INFINITY])('keeps gradients of zero at zero (p = %s)', async (normType) => {
    const list = withGradients([0, 0], [0]);
    expect(await clipGradNorm(list, 1, { normType }).item()).toBe(0);
    expect(await gradientsOf(list)).toEqual([[0, 0], [0]]);
  });

  test('passes over parameters without a gradient, and gives 0 for none at all', async () => {
    const bare = new Parameter(zeros([2]));
    const list = [bare, ...withGradients([3, 4])];
    expect(await clipGradNorm(list, 1).item()).toBeCloseTo(5, 5);
    expect(bare.grad).toBeUndefined();
    expect(await clipGradNorm([bare], 1).item()).toBe(0);
  });

  test('throws for a norm that is not finite only when asked, and then leaves the gradients', async () => {
    const list = withGradients([Number.NaN, 1]);
    await expect(clipGradNorm(list, 1, { errorIfNonfinite: true })).rejects.toThrow(NonFiniteError);
    expect(await gradientsOf(list)).toEqual([[Number.NaN, 1]]);
    expect(await clipGradNorm(list, 1).item()).toBeNaN();
  });

  test('refuses a negative limit and a norm of order 0', () => {
    expect(() => clipGradNorm(withGradients([1]), -1)).toThrow(ConfigError);
    expect(() => clipGradNorm(withGradients([1]), 1, { normType: 0 })).toThrow(/normType = 0/);
  });
});

test('clipGradValue clamps every element', async () => {
  const list = withGradients([-3, 0.25], [2]);
  clipGradValue(list, 0.5);
  expect(await gradientsOf(list)).toEqual([[-0.5, 0.25], [0.5]]);
  expect(() => clipGradValue(list, -1)).toThrow(ConfigError);
});
