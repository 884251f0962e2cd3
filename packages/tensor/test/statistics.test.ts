import '@evenkeel/tensor/methods';
import {
  allclose,
  aminmax,
  corrcoef,
  countNonzero,
  cov,
  cumulativeTrapezoid,
  diff,
  dist,
  equal,
  gradients,
  histc,
  isclose,
  isin,
  isneginf,
  isposinf,
  matrixNorm,
  mode,
  msort,
  nanmean,
  nanmedian,
  nanquantile,
  nansum,
  norm,
  renorm,
  std,
  stdMean,
  type Tensor,
  tensor,
  trapezoid,
  uniqueConsecutive,
  variance,
  varMean,
  vectorNorm,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const slope = async (fn: (x: Tensor) => Tensor, data: number[]) => {
  const x = tensor(data, { requiresGrad: true });
  return (gradients(fn(x).sum(), [x])[0] as Tensor).tolist();
};

const table = [
  [3, -1, 4],
  [1, -5, 9],
];

describe('statistics', () => {
  it('gives both extremes, over all or along a dimension', async () => {
    const { min, max } = aminmax(tensor(table));
    expect([await min.item(), await max.item()]).toEqual([-5, 9]);
    const rows = aminmax(tensor(table), { dim: 1, keepdim: true });
    expect(await rows.min.tolist()).toEqual([[-1], [-5]]);
    expect(await rows.max.tolist()).toEqual([[4], [9]]);
    expect(await slope((x) => aminmax(x).max, [2, 2, 1])).toEqual([0.5, 0.5, 0]);
  });

  it('gives variance or deviation together with the mean', async () => {
    const [spread, middle] = varMean(tensor([1, 2, 3, 6]));
    expect([await spread.item(), await middle.item()]).toEqual([14 / 3, 3]);
    const [deviation, mean] = stdMean(tensor([1, 2, 3, 6]), 0, { correction: 0 });
    expect([await deviation.item(), await mean.item()]).toEqual([Math.sqrt(3.5), 3]);
  });

  it('the deviation of equal elements has slope 0, and of one element NaN', async () => {
    expect(await slope((x) => std(x), [7, 7, 7])).toEqual([0, 0, 0]);
    expect(await variance(tensor([7])).item()).toBeNaN();
    expect(await std(tensor([7])).item()).toBeNaN();
  });

  it('leaves NaN out of sums and means, and gives it no slope', async () => {
    const x = tensor([
      [1, nan, 3],
      [nan, nan, nan],
    ]);
    expect(await nansum(x, 1).tolist()).toEqual([4, 0]);
    expect(await nanmean(x, 1).tolist()).toEqual([2, nan]);
    expect(await slope((v) => nanmean(v), [1, nan, 3])).toEqual([0.5, 0, 0.5]);
  });

  it('counts what is not 0', async () => {
    expect(
      await countNonzero(
        tensor([
          [0, 2, nan],
          [0, 0, -1],
        ]),
        1,
      ).tolist(),
    ).toEqual([2, 1]);
    expect(await countNonzero(tensor([true, false])).item()).toBe(1);
  });

  it('covariances are those of the definition, and correlations their ratio', async () => {
    // Rows (1, 2, 3) and (2, 4, 9): means 2 and 5, products of distances (-1)(-3) + 0 + 1·4 = 7.
    const x = tensor([
      [1, 2, 3],
      [2, 4, 9],
    ]);
    expect(await cov(x).tolist()).toEqual([
      [1, 3.5],
      [3.5, 13],
    ]);
    expect(await cov(x, { correction: 0 }).select(0, 0).select(0, 1).item()).toBeCloseTo(7 / 3, 12);
    // An observation counted twice is one that was made twice.
    const counted = cov(x, { fweights: tensor([1, 2, 0], { dtype: 'int32' }) });
    const made = cov(x.indexSelect(1, tensor([0, 1, 1], { dtype: 'int32' })));
    expect(await counted.sub(made).abs().amax().item()).toBeLessThan(1e-12);
    await expectGradient((y, aweights) => cov(y, { aweights }), table, [0.5, 2, 1]);
    expect(await corrcoef(x).select(0, 0).select(0, 1).item()).toBeCloseTo(3.5 / Math.sqrt(13), 12);
    await expectGradient(
      (v) => corrcoef(v),
      [
        [1, 2, 3.5],
        [2, 4, 9],
      ],
    );
  });
});

describe('norms', () => {
  it('norm is the Frobenius norm unless told otherwise', async () => {
    expect(
      await norm(
        tensor([
          [3, 0],
          [0, 4],
        ]),
      ).item(),
    ).toBe(5);
    expect(await norm(tensor([3, -4]), 1).item()).toBe(7);
  });

  it.each([0.5, 1, 1.5, 2, 3, inf])('the gradient of zeros is zero for p = %s', async (p) => {
    expect(await vectorNorm(tensor([0, 0]), p).item()).toBe(0);
    expect(await slope((x) => vectorNorm(x, p), [0, 0])).toEqual([0, 0]);
  });

  it.each([-1, 0.5, 1.5, 3])('has the gradient that differences have for p = %s', async (p) => {
    await expectGradient(
      (x) => vectorNorm(x, p, 1),
      [
        [3, -1, 4],
        [1, -5, 9],
      ],
    );
  });

  it('matrix norms sum columns or rows', async () => {
    const x = tensor(table);
    expect(await matrixNorm(x, 1).item()).toBe(13);
    expect(await matrixNorm(x, -1).item()).toBe(4);
    expect(await matrixNorm(x, inf).item()).toBe(15);
    expect(await matrixNorm(x, -inf).item()).toBe(8);
    expect(await matrixNorm(x).item()).toBeCloseTo(Math.sqrt(133), 12);
    expect(() => matrixNorm(x, 2)).toThrow(/singular values/);
  });

  it('dist is the norm of the difference', async () => {
    expect(await dist(tensor([1, 2]), tensor([4, 6])).item()).toBe(5);
    expect(await dist(tensor([1, 2]), tensor([4, 6]), inf).item()).toBe(4);
  });

  it('renorm scales down what is too long', async () => {
    const rows = await renorm(
      tensor([
        [3, 4],
        [0.3, 0.4],
      ]),
      2,
      0,
      1,
    ).data();
    [0.6, 0.8, 0.3, 0.4].forEach((want, i) => {
      expect(rows[i]).toBeCloseTo(want, 6);
    });
  });
});

describe('closeness', () => {
  it('isclose takes absolute and relative distance together, and infinities only for themselves', async () => {
    const [a, b] = [tensor([1, 1, inf, inf, nan, 0]), tensor([1 + 1e-6, 1.1, inf, -inf, nan, 1e-9])];
    expect(await isclose(a, b).tolist()).toEqual([1, 0, 1, 0, 0, 1]);
    expect(await isclose(a, b, { equalNan: true, atol: 0.2 }).tolist()).toEqual([1, 1, 1, 0, 1, 1]);
    expect(await isclose(tensor([3], { dtype: 'int32' }), 4, { atol: 1 }).tolist()).toEqual([1]);
  });

  it('allclose and equal answer with a boolean', async () => {
    expect(await allclose(tensor([1, 2]), tensor([1, 2 + 1e-7]))).toBe(true);
    expect(await allclose(tensor([1, 2]), 1)).toBe(false);
    expect(await equal(tensor([1, 2]), tensor([1, 2]))).toBe(true);
    expect(await equal(tensor([1, 2]), tensor([[1, 2]]))).toBe(false);
    expect(await tensor([1]).equal(tensor([2]))).toBe(false);
  });

  it('tells the infinities apart and finds elements among others', async () => {
    expect(await isposinf(tensor([inf, -inf, 1])).tolist()).toEqual([1, 0, 0]);
    expect(await isneginf(tensor([inf, -inf, 1])).tolist()).toEqual([0, 1, 0]);
    expect(await isposinf(tensor([1], { dtype: 'int32' })).tolist()).toEqual([0]);
    const found = isin(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([4, 1]),
    );
    expect(await found.tolist()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(await isin(tensor([1, 2]), 2, { invert: true }).tolist()).toEqual([1, 0]);
  });
});

describe('order and frequency', () => {
  it('msort sorts the first dimension', async () => {
    expect(
      await msort(
        tensor([
          [3, 1],
          [2, 5],
        ]),
      ).tolist(),
    ).toEqual([
      [2, 1],
      [3, 5],
    ]);
  });

  it('mode is the most frequent element, the smallest of several, and its last place', async () => {
    const { values, indices } = mode(
      tensor([
        [2, 1, 2, 1, 3],
        [5, 5, 4, 0, 5],
      ]),
    );
    expect(await values.tolist()).toEqual([1, 5]);
    expect(await indices.tolist()).toEqual([3, 4]);
    expect(
      await mode(
        tensor([
          [2, 1],
          [2, 0],
        ]),
        0,
        { keepdim: true },
      ).values.tolist(),
    ).toEqual([[2, 0]]);
    expect(await slope((x) => mode(x).values, [2, 1, 2])).toEqual([0, 0, 1]);
    const rare = mode(
      tensor([
        [nan, 2, nan],
        [nan, nan, nan],
      ]),
    );
    expect([await rare.values.tolist(), await rare.indices.tolist()]).toEqual([
      [2, nan],
      [1, 2],
    ]);
  });

  it('nanmedian and nanquantile leave NaN out', async () => {
    expect(await nanmedian(tensor([nan, 3, 1, nan, 2, 9])).item()).toBe(2);
    const { values, indices } = nanmedian(
      tensor([
        [5, nan, 4],
        [nan, nan, nan],
      ]),
      1,
    );
    expect(await values.tolist()).toEqual([4, nan]);
    expect(((await indices.tolist()) as number[])[0]).toBe(2);
    expect(await nanquantile(tensor([nan, 3, 1, nan, 2, 9]), 0.5).item()).toBe(2.5);
    expect(
      await nanquantile(
        tensor([
          [1, nan],
          [2, 7],
        ]),
        1,
        1,
      ).tolist(),
    ).toEqual([1, 7]);
    await expectGradient((x) => nanquantile(x, 0.3), [3, 1, 2, 9]);
  });

  it('uniqueConsecutive finds runs', async () => {
    const { values, inverse, counts } = await uniqueConsecutive(tensor([1, 1, 2, 2, 2, 1]));
    expect(await values.tolist()).toEqual([1, 2, 1]);
    expect(await inverse.tolist()).toEqual([0, 0, 1, 1, 1, 2]);
    expect(await counts.tolist()).toEqual([2, 3, 1]);
  });

  it('histc counts in equal intervals, the last one closed', async () => {
    expect(await histc(tensor([1, 2, 1, 4, 3]), { bins: 4, min: 0, max: 4 }).tolist()).toEqual([0, 2, 1, 2]);
    expect(await histc(tensor([1, 2, 5, 9]), { bins: 2 }).tolist()).toEqual([2, 2]);
    expect(await histc(tensor([7, 7]), { bins: 3 }).tolist()).toEqual([0, 2, 0]);
  });
});

describe('running sums of areas and differences', () => {
  it('the trapezoidal rule is exact for lines', async () => {
    const y = tensor([0, 2, 4, 6]);
    expect(await trapezoid(y, 0.5).item()).toBe(4.5);
    await expectGradient((values, places) => trapezoid(values, places, 1), table, [0, 0.5, 2]);
    expect(await cumulativeTrapezoid(y, 0.5).tolist()).toEqual([0.5, 2, 4.5]);
  });

  it('diff takes what is put before and behind', async () => {
    const options = { prepend: tensor([0]), append: tensor([10, 10]) };
    expect(await diff(tensor([1, 4, 9]), 1, 0, options).tolist()).toEqual([1, 3, 5, 1, 0]);
    expect(await diff(tensor([true, true, false])).tolist()).toEqual([0, 1]);
    await expectGradient((x, first) => diff(x, 2, -1, { prepend: first }), [1, 4, 9], [2]);
  });
});
