import '@evenkeel/tensor/methods';
import {
  addbmm,
  addmm,
  addmv,
  addr,
  arange,
  baddbmm,
  cdist,
  chainMatmul,
  cross,
  diagEmbed,
  diagflat,
  diagonalScatter,
  gradients,
  inner,
  kron,
  matrixPower,
  pdist,
  type Tensor,
  tensor,
  tensordot,
  trace,
  vdot,
  zeros,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

const a = [
  [1, 2],
  [3, 4],
];
const b = [
  [0, 5],
  [6, 7],
];

describe('products', () => {
  it('inner sums over both last dimensions', async () => {
    expect(await inner(tensor([1, 2]), tensor([3, 4])).item()).toBe(11);
    expect(await inner(tensor(a), tensor(b)).tolist()).toEqual([
      [10, 20],
      [20, 46],
    ]);
    expect(await inner(tensor(2), tensor(a)).tolist()).toEqual([
      [2, 4],
      [6, 8],
    ]);
    expect(await vdot(tensor([1, 2]), tensor([3, 4])).item()).toBe(11);
  });

  it('tensordot pairs the dimensions that are named, or the last with the first', async () => {
    const [x, y] = [arange(24).to('float64').reshape([2, 3, 4]), arange(60).to('float64').reshape([3, 4, 5])];
    const both = await tensordot(x, y).tolist();
    expect(
      await tensordot(x.permute([1, 0, 2]), y.permute([1, 2, 0]), [
        [0, 2],
        [2, 0],
      ]).tolist(),
    ).toEqual(both);
    // Σ_ij (4i + j) (20i + 5j) over 3 × 4, the first element.
    expect((both as number[][])[0]?.[0]).toBe(5 * 506);
    expect(tensordot(x, y, 0).shape).toEqual([2, 3, 4, 3, 4, 5]);
    expect(() => tensordot(x, y, [[0], [0]])).toThrow(/cannot pair/);
    await expectGradient((p, q) => tensordot(p, q, [[0], [1]]), a, b);
  });

  it('adds a scaled product to a scaled tensor, and ignores what beta 0 multiplies', async () => {
    const options = { beta: 0.5, alpha: 2 };
    const batch = [a, b];
    await expectGradient((x, p, q) => baddbmm(x, p, q, options), batch, batch, batch);
    await expectGradient((x, p, q) => addbmm(x, p, q, options), a, batch, batch);
    await expectGradient((x, p, q) => addmv(x, p, q, options), [1, 2], a, [3, -1]);
    await expectGradient((x, p, q) => addr(x, p, q, options), a, [1, 2], [3, -1]);
    expect(await addmv(tensor([1, 2]), tensor(a), tensor([1, 1]), options).tolist()).toEqual([6.5, 15]);
    const nothing = tensor([
      [Number.NaN, 0],
      [0, 0],
    ]);
    expect(await addmm(nothing, tensor(a), tensor(b), { beta: 0 }).tolist()).toEqual([
      [12, 19],
      [24, 43],
    ]);
  });

  it('kron puts the whole of b in the place of each element of a', async () => {
    expect(await kron(tensor([1, 2]), tensor(a)).tolist()).toEqual([
      [1, 2, 2, 4],
      [3, 4, 6, 8],
    ]);
    await expectGradient((x, y) => kron(x, y), a, [[1, 2, 3]]);
  });

  it('cross is perpendicular and right-handed, along the first dimension of 3 unless told otherwise', async () => {
    expect(await cross(tensor([1, 0, 0]), tensor([0, 1, 0])).tolist()).toEqual([0, 0, 1]);
    const rows = cross(
      tensor([[1, 2, 3]]),
      tensor([
        [4, 5, 6],
        [1, 0, 0],
      ]),
      -1,
    );
    expect(await rows.tolist()).toEqual([
      [-3, 6, -3],
      [0, 3, -2],
    ]);
    expect(() => cross(tensor([1, 2]), tensor([1, 2]))).toThrow(/vectors of 3/);
    await expectGradient((x, y) => cross(x, y), [1, 2, 3], [-2, 0.5, 4]);
  });

  it('chainMatmul is the product from left to right', async () => {
    const chain = [
      [2, 30],
      [30, 3],
      [3, 40],
      [40, 5],
    ].map(([m, n], i) =>
      arange((m as number) * (n as number))
        .to('float64')
        .mul(0.1 * (i + 1))
        .sin()
        .reshape([m as number, n as number]),
    ) as [Tensor, Tensor, Tensor, Tensor];
    const want = await chain
      .slice(1)
      .reduce((product, next) => product.matmul(next), chain[0])
      .data();
    const got = await chainMatmul(...chain).data();
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(want[i] as number, 10);
    });
  });

  it('matrixPower multiplies n times', async () => {
    // Powers of the Fibonacci matrix hold Fibonacci numbers.
    const fibonacci = tensor([
      [1, 1],
      [1, 0],
    ]);
    expect(await matrixPower(fibonacci, 10).tolist()).toEqual([
      [89, 55],
      [55, 34],
    ]);
    expect(await matrixPower(fibonacci, 0).tolist()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(() => matrixPower(fibonacci, -1)).toThrow(/inverse/);
    await expectGradient((x) => matrixPower(x, 3), a);
  });
});

describe('distances', () => {
  it('cdist gives all pairs in any norm, zero with zero slope for equal rows', async () => {
    const [x, y] = [
      tensor(
        [
          [0, 0],
          [1, 1],
        ],
        { requiresGrad: true },
      ),
      tensor([
        [3, 4],
        [0, 0],
        [1, 0],
      ]),
    ];
    const distances = cdist(x, y);
    expect(((await distances.tolist()) as number[][])[0]).toEqual([5, 0, 1]);
    expect(await cdist(x, y, { p: 1 }).tolist()).toEqual([
      [7, 0, 1],
      [5, 2, 1],
    ]);
    const [slope] = gradients(distances.select(0, 0).select(0, 1), [x]);
    expect(await (slope as Tensor).tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(cdist(zeros([5, 1, 2, 3]), zeros([4, 6, 3])).shape).toEqual([5, 4, 2, 6]);
    await expectGradient((p, q) => cdist(p, q, { p: 3 }), a, b);
  });

  it('pdist gives each pair once', async () => {
    expect(
      await pdist(
        tensor([
          [0, 0],
          [3, 4],
          [0, 1],
        ]),
      ).data(),
    ).toEqual(Float64Array.of(5, 1, Math.sqrt(18)));
    await expectGradient(
      (x) => pdist(x),
      [
        [0, 0],
        [3, 4],
        [0, 1],
      ],
    );
  });
});

describe('diagonals', () => {
  it('diagEmbed makes matrices of vectors, on any diagonal and dimensions', async () => {
    expect(
      await diagEmbed(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).tolist(),
    ).toEqual([
      [
        [1, 0],
        [0, 2],
      ],
      [
        [3, 0],
        [0, 4],
      ],
    ]);
    expect(await diagEmbed(tensor([1, 2]), { offset: 1 }).tolist()).toEqual([
      [0, 1, 0],
      [0, 0, 2],
      [0, 0, 0],
    ]);
    // Its diagonal is the vector again, whatever the dimensions; exchanged, they turn the offset round.
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const embedded = diagEmbed(x, { offset: -1, dim1: 0, dim2: 2 });
    expect(embedded.shape).toEqual([4, 2, 4]);
    expect(await embedded.diagonal(-1, 0, 2).tolist()).toEqual(await x.tolist());
    expect(await diagEmbed(x, { offset: 1, dim1: 2, dim2: 0 }).tolist()).toEqual(await embedded.tolist());
    await expectGradient(
      (v) => diagEmbed(v, { offset: -1 }),
      [
        [1, 2],
        [3, 4],
      ],
    );
  });

  it('trace sums the diagonal; diagflat puts everything on one', async () => {
    expect(
      await trace(
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ).item(),
    ).toBe(6);
    expect(await diagflat(tensor([[1, 2]]), 1).tolist()).toEqual([
      [0, 1, 0],
      [0, 0, 2],
      [0, 0, 0],
    ]);
    await expectGradient((x) => trace(x), a);
  });

  it('diagonalScatter undoes diagonal', async () => {
    const x = zeros([2, 3]);
    expect(await diagonalScatter(x, tensor([1, 2]), 1).tolist()).toEqual([
      [0, 1, 0],
      [0, 0, 2],
    ]);
    expect(await diagonalScatter(x, tensor([5]), -1).tolist()).toEqual([
      [0, 0, 0],
      [5, 0, 0],
    ]);
    expect(() => diagonalScatter(x, tensor([1, 2, 3]))).toThrow(/2 elements/);
    await expectGradient((v, s) => diagonalScatter(v, s, 0, 1, 0), a, [9, 8]);
  });
});
