import '@evenkeel/tensor/methods';
import { index, indexPut, type Tensor, tensor, unique, uniqueConsecutive, zeros } from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

// tooling/goldens/further-cases holds PyTorch's values for every arrangement of positions, slices and new dimensions.
const ints = (data: number | number[] | number[][]) => tensor(data, { dtype: 'int32' });
const grid = [
  [1, 2, 3],
  [4, 5, 6],
];
const cube = [grid, grid.map((row) => row.map((value) => value * 1.5 - 20))];

describe('indexing with several tensors of positions', () => {
  it('reads where they point together, broadcast against each other', async () => {
    expect(
      await tensor(grid)
        .index(ints([0, 1]), ints([2, -3]))
        .tolist(),
    ).toEqual([3, 4]);
    expect(
      await tensor(grid)
        .index(ints([[0], [1]]), ints([2, 0]))
        .tolist(),
    ).toEqual([
      [3, 1],
      [6, 4],
    ]);
  });

  it('puts what they point to in the place of their dimensions, or first where these lie apart', () => {
    const x = zeros([2, 3, 4, 5]);
    const [one, two] = [ints([0, 1]), ints([[0], [1], [1]])];
    expect(index(x, [], one, two).shape).toEqual([2, 3, 2, 5]);
    expect(index(x, one, [], two).shape).toEqual([3, 2, 3, 5]);
    expect(index(x, one, null, two).shape).toEqual([3, 2, 1, 4, 5]);
    expect(index(x, [], one, '...', two).shape).toEqual([3, 2, 2, 4]);
    expect(index(x, one, 2, two).shape).toEqual([3, 2, 5]);
    expect(index(x, ints(1), [], two).shape).toEqual([3, 3, 1, 5]);
  });

  it('adds up the gradient of what is read twice', async () => {
    const x = tensor(grid, { requiresGrad: true });
    x.index(ints([1, 1, 0]), ints([0, 0, 2]))
      .mul(tensor([1, 10, 100]))
      .sum()
      .backward();
    expect(await x.grad?.tolist()).toEqual([
      [0, 0, 100],
      [11, 0, 0],
    ]);
    await expectGradient((y) => y.index(ints([1, 0, 1]), [1], ints([[0], [-1]])), cube);
    await expectGradient((y) => y.index([], ints([1, 0, 1]), ints([2, 0, 2])), cube);
  });

  it('refuses a position outside of its own dimension, even where another element lies there in memory', async () => {
    // The oracle says so at the call, other backends when something is read.
    const refuses = (call: () => Tensor) =>
      expect(async () => call().data()).rejects.toThrow(/out of range for size 3/);
    await refuses(() => tensor(grid).index(ints([0]), ints([3])));
    await refuses(() => tensor(grid).index(ints([0]), ints([-4])));
    await refuses(() => indexPut(tensor(grid), [ints([0]), ints([3])], tensor(1)));
  });

  it('refuses masks and floats as positions, more of them than dimensions, and shapes that do not broadcast', () => {
    const x = tensor(grid);
    expect(() => x.index(tensor([true, false]))).toThrow(/maskedSelect/);
    expect(() => x.index(ints([0]), tensor([1.5]))).toThrow(/int32/);
    expect(() => x.index(ints([0]), ints([0]), ints([0]))).toThrow(/3 indices for 2 dimensions/);
    expect(() => x.index(ints([0, 1]), ints([0, 1, 1]))).toThrow(/broadcast/);
  });
});

describe('telling slices apart', () => {
  const table = [
    [2, 1],
    [1, 3],
    [2, 1],
    [1, 3],
    [1, 3],
  ];

  it('unique sorts whole slices of a dimension and says where each went and how many there were', async () => {
    const { values, inverse, counts } = await unique(tensor(table), { dim: 0 });
    expect(await values.tolist()).toEqual([
      [1, 3],
      [2, 1],
    ]);
    expect(await inverse.tolist()).toEqual([1, 0, 1, 0, 0]);
    expect(await counts.tolist()).toEqual([3, 2]);
    expect(await (await unique(tensor(table).t().contiguous(), { dim: -1 })).values.tolist()).toEqual([
      [1, 2],
      [3, 1],
    ]);
  });

  it('uniqueConsecutive joins neighbors alone', async () => {
    const { values, inverse, counts } = await uniqueConsecutive(tensor(table), { dim: 0 });
    expect(await values.tolist()).toEqual([
      [2, 1],
      [1, 3],
      [2, 1],
      [1, 3],
    ]);
    expect(await inverse.tolist()).toEqual([0, 1, 2, 3, 3]);
    expect(await counts.tolist()).toEqual([1, 1, 1, 2]);
  });

  it('puts NaN last, each by itself', async () => {
    const { values, inverse, counts } = await unique(
      tensor([Number.NaN, 2, Number.NaN, 1, 2, Number.POSITIVE_INFINITY]),
    );
    expect(await values.tolist()).toEqual([1, 2, Number.POSITIVE_INFINITY, Number.NaN, Number.NaN]);
    expect(await inverse.tolist()).toEqual([3, 1, 4, 0, 1, 2]);
    expect(await counts.tolist()).toEqual([1, 2, 1, 1, 1]);
  });

  it('refuses slices without elements', async () => {
    await expect(unique(zeros([2, 0]), { dim: 0 })).rejects.toThrow(/without elements/);
    expect((await unique(zeros([0, 2]), { dim: 0 })).values.shape).toEqual([0, 2]);
  });
});
