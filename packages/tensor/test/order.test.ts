import {
  argsort,
  bincount,
  bucketize,
  col2im,
  cummax,
  cummin,
  cumprod,
  cumsum,
  foldWindows,
  gradients,
  im2col,
  kthvalue,
  logcumsumexp,
  maskedSelect,
  median,
  nonzero,
  quantile,
  repeatInterleave,
  searchsorted,
  sort,
  type Tensor,
  tensor,
  topk,
  unfold,
  unique,
  zeros,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

const nan = Number.NaN;
const grid = [
  [3, -1, 2],
  [0.5, 4, -2],
];

describe('running folds', () => {
  it('sum and multiply along a dimension', async () => {
    expect(await cumsum(tensor(grid), 1).tolist()).toEqual([
      [3, 2, 4],
      [0.5, 4.5, 2.5],
    ]);
    expect(await cumprod(tensor(grid), 0).tolist()).toEqual([
      [3, -1, 2],
      [1.5, -4, -4],
    ]);
    expect(await cumsum(tensor([true, true, false]), 0).tolist()).toEqual([1, 2, 2]);
    await expectGradient((x) => cumsum(x, 0), grid);
  });

  it('cumprod has right slopes at zeros', async () => {
    await expectGradient((x) => cumprod(x, 0), [2, 0, 3, -1]);
    await expectGradient((x) => cumprod(x, 0), [2, 0, 3, 0, 5]);
  });

  it('cummax and cummin say where, the last of equal ones, and keep NaN', async () => {
    const { values, indices } = cummax(tensor([1, 3, 3, 2, nan, 5]), 0);
    expect(await values.tolist()).toEqual([1, 3, 3, 3, nan, nan]);
    expect(await indices.tolist()).toEqual([0, 1, 2, 2, 4, 4]);
    expect(await cummin(tensor([3, 1, 2]), 0).values.tolist()).toEqual([3, 1, 1]);
    await expectGradient((x) => cummax(x, 1).values, grid);
  });

  it('logcumsumexp does not overflow', async () => {
    const [first, second] = await logcumsumexp(tensor([1000, 1000]), 0).data();
    expect([first, second]).toEqual([1000, 1000 + Math.LN2]);
    await expectGradient((x) => logcumsumexp(x, 1), grid);
  });
});

describe('sorting', () => {
  it('sorts either way, stably, with NaN as the largest', async () => {
    const { values, indices } = sort(tensor([2, nan, 1, 2]));
    expect(await values.tolist()).toEqual([1, 2, 2, nan]);
    expect(await indices.tolist()).toEqual([2, 0, 3, 1]);
    expect(await argsort(tensor([2, nan, 1, 2]), { descending: true }).tolist()).toEqual([1, 0, 3, 2]);
    expect(await sort(tensor(grid), { dim: 0 }).values.tolist()).toEqual([
      [0.5, -1, -2],
      [3, 4, 2],
    ]);
    await expectGradient((x) => sort(x, { descending: true }).values, grid);
  });

  it('topk and kthvalue pick from the order', async () => {
    expect(await topk(tensor(grid), 2).values.tolist()).toEqual([
      [3, 2],
      [4, 0.5],
    ]);
    expect(await topk(tensor(grid), 1, { largest: false }).indices.tolist()).toEqual([[1], [2]]);
    expect(await kthvalue(tensor(grid), 2).values.tolist()).toEqual([2, 0.5]);
    expect(() => topk(tensor(grid), 4)).toThrow(/k = 4/);
    await expectGradient((x) => topk(x, 2, { dim: 0 }).values, grid);
  });

  it('median is the lower of two middles, quantile interpolates', async () => {
    expect(await median(tensor([4, 1, 3, 2])).item()).toBe(2);
    expect(await median(tensor([1, nan])).item()).toBeNaN();
    expect(await median(tensor(grid), 1).indices.tolist()).toEqual([2, 0]);
    expect(await quantile(tensor([0, 1, 2, 10]), [0.5, 1]).tolist()).toEqual([1.5, 10]);
    const modes = ['lower', 'higher', 'midpoint', 'nearest'] as const;
    const at = modes.map((interpolation) => quantile(tensor([0, 10]), 0.3, 0, { interpolation }).item());
    expect(await Promise.all(at)).toEqual([0, 10, 5, 0]);
    await expectGradient((x) => quantile(x, 0.4, 1), grid);
  });

  it('searchsorted and bucketize find places before or behind equal elements', async () => {
    const edges = tensor([1, 3, 5]);
    expect(await searchsorted(edges, tensor([0, 3, 9])).tolist()).toEqual([0, 1, 3]);
    expect(await searchsorted(edges, tensor([0, 3, 9]), { right: true }).tolist()).toEqual([0, 2, 3]);
    expect(await bucketize(tensor([[3, 4]]), edges).tolist()).toEqual([[1, 2]]);
    const rows = searchsorted(
      tensor([
        [1, 2],
        [5, 6],
      ]),
      tensor([[2], [2]]),
    );
    expect(await rows.tolist()).toEqual([[1], [0]]);
  });
});

describe('windows', () => {
  it('unfold slides along a dimension; foldWindows sums back', async () => {
    const windows = unfold(tensor([1, 2, 3, 4]), 0, 2, 1);
    expect(await windows.tolist()).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(await foldWindows(windows, 0, 4, 1).tolist()).toEqual([1, 4, 6, 4]);
    await expectGradient((x) => unfold(x, 1, 2, 1), grid);
  });

  it('col2im is the transpose of im2col, with stride, padding and dilation', async () => {
    const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] } as const;
    const columns = (x: Tensor) => im2col(x, [2, 2], options);
    const image = Array.from({ length: 2 * 4 * 5 }, (_, i) => Math.sin(i));
    const x = tensor(image, { shape: [1, 2, 4, 5], requiresGrad: true });
    const y = columns(x);
    const direction = tensor(
      Array.from({ length: y.size }, (_, i) => Math.cos(i)),
      { shape: y.shape },
    );
    const [slope] = gradients(y.mul(direction).sum(), [x]);
    const back = await col2im(direction, [4, 5], [2, 2], options).data();
    const want = await (slope as Tensor).data();
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(want[i] as number, 12);
    });
    expect(() => col2im(zeros([1, 8, 7]), [4, 5], 2)).toThrow(/col2im cannot put/);
  });
});

describe('selection by value', () => {
  it('maskedSelect takes elements and gives them their slopes back', async () => {
    const x = tensor(grid, { requiresGrad: true });
    const chosen = await maskedSelect(x, x.gt(1));
    expect(await chosen.tolist()).toEqual([3, 2, 4]);
    chosen
      .mul(tensor([1, 10, 100]))
      .sum()
      .backward();
    expect(await x.grad?.tolist()).toEqual([
      [1, 0, 10],
      [0, 100, 0],
    ]);
  });

  it('nonzero, unique and bincount say where, which and how often', async () => {
    expect(
      await (
        await nonzero(
          tensor([
            [0, 2],
            [3, 0],
          ]),
        )
      ).tolist(),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    const { values, inverse, counts } = await unique(tensor([3, 1, 3]));
    expect(await values.tolist()).toEqual([1, 3]);
    expect(await inverse.tolist()).toEqual([1, 0, 1]);
    expect(await counts.tolist()).toEqual([1, 2]);
    const x = tensor([0, 2, 2], { dtype: 'int32' });
    expect(await bincount(x, 4).tolist()).toEqual([1, 0, 2, 0]);
    expect(await bincount(x, 3, tensor([0.5, 1, 2])).tolist()).toEqual([0.5, 0, 3]);
  });

  it('repeatInterleave repeats in place', async () => {
    expect(await repeatInterleave(tensor([1, 2]), 2).tolist()).toEqual([1, 1, 2, 2]);
    expect(await repeatInterleave(tensor(grid), [0, 2], 0).tolist()).toEqual([
      [0.5, 4, -2],
      [0.5, 4, -2],
    ]);
    expect(() => repeatInterleave(tensor([1, 2]), [1, 2, 3])).toThrow(/2 counts/);
    await expectGradient((x) => repeatInterleave(x, [1, 2, 3], 1), grid);
  });
});
