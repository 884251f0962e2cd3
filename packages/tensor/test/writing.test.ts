import '@evenkeel/tensor/methods';
import {
  argwhere,
  indexAdd,
  indexCopy,
  indexFill,
  indexPut,
  indexReduce,
  maskedFill,
  maskedScatter,
  put,
  type ScatterReduction,
  scatterReduce,
  selectScatter,
  sliceScatter,
  take,
  tensor,
  zeros,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

const ints = (data: number[] | number[][]) => tensor(data, { dtype: 'int32' });
const grid = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('reading and writing by position', () => {
  it('take reads the flattened tensor, from the back too', async () => {
    expect(
      await take(
        tensor(grid),
        ints([
          [0, 5],
          [-1, 2],
        ]),
      ).tolist(),
    ).toEqual([
      [1, 6],
      [6, 3],
    ]);
    await expectGradient((x) => take(x, ints([0, 4, 4])), grid);
  });

  it('put replaces or adds', async () => {
    expect(await put(tensor(grid), ints([1, -1]), tensor([9, 8])).tolist()).toEqual([
      [1, 9, 3],
      [4, 5, 8],
    ]);
    expect(
      await put(tensor(grid), ints([1, 1]), tensor([9, 8]), { accumulate: true })
        .select(0, 0)
        .tolist(),
    ).toEqual([1, 19, 3]);
    await expectGradient((x, s) => put(x, ints([1, 3]), s), grid, [9, 8]);
  });

  it('indexAdd takes a factor; indexCopy replaces slices; indexFill fills them', async () => {
    expect(await indexAdd(tensor([1, 2]), 0, ints([0, 0]), tensor([3, 4]), { alpha: -2 }).tolist()).toEqual([-13, 2]);
    expect(
      await indexCopy(
        tensor(grid),
        1,
        ints([2, 0]),
        tensor([
          [7, 8],
          [9, 10],
        ]),
      ).tolist(),
    ).toEqual([
      [8, 2, 7],
      [10, 5, 9],
    ]);
    expect(await indexFill(tensor(grid), 1, ints([0, -1]), 0).tolist()).toEqual([
      [0, 2, 0],
      [0, 5, 0],
    ]);
    await expectGradient((x, s) => indexCopy(x, 0, ints([1]), s), grid, [[7, 8, 9]]);
    await expectGradient((x) => indexFill(x, 1, ints([0, 2]), 5), grid);
  });

  it('indexPut writes where several tensors of positions point', async () => {
    const [rows, columns] = [ints([0, 1, -1]), ints([2, 0, 1])];
    expect(await indexPut(tensor(grid), [rows, columns], tensor([7, 8, 9])).tolist()).toEqual([
      [1, 2, 7],
      [8, 9, 6],
    ]);
    expect(await indexPut(tensor(grid), [ints([1])], tensor(0)).tolist()).toEqual([
      [1, 2, 3],
      [0, 0, 0],
    ]);
    const twice = indexPut(zeros([3]), [ints([1, 1])], tensor([2, 5]), { accumulate: true });
    expect(await twice.tolist()).toEqual([0, 7, 0]);
    expect(() => indexPut(tensor([1]), [rows, columns], tensor(0))).toThrow(/positions/);
    await expectGradient((x, v) => indexPut(x, [rows, columns], v), grid, [7, 8, 9]);
  });

  it('maskedScatter fills the mask row by row', async () => {
    const mask = tensor([
      [true, false, true],
      [false, true, false],
    ]);
    expect(await maskedScatter(tensor(grid), mask, tensor([7, 8, 9, 10])).tolist()).toEqual([
      [7, 2, 8],
      [4, 9, 6],
    ]);
    await expectGradient((x, s) => maskedScatter(x, mask, s), grid, [7, 8, 9, 10]);
  });

  it('selectScatter and sliceScatter undo select and slice', async () => {
    expect(await selectScatter(tensor(grid), tensor([8, 9]), 1, -1).tolist()).toEqual([
      [1, 2, 8],
      [4, 5, 9],
    ]);
    expect(await sliceScatter(tensor([1, 2, 3, 4, 5]), tensor([8, 9]), 0, 1, undefined, 3).tolist()).toEqual([
      1, 8, 3, 4, 9,
    ]);
    await expectGradient((x, s) => selectScatter(x, s, 0, 1), grid, [7, 8, 9]);
    await expectGradient((x, s) => sliceScatter(x, s, 1, 0, 2), grid, [
      [7, 8],
      [9, 6],
    ]);
  });

  it('maskedFill and indexFill take a tensor without dimensions, which gets the gradient of all that it fills', async () => {
    const mask = tensor([true, false, true]);
    await expectGradient((x, value) => maskedFill(x, mask, value.reshape([])), grid, [7]);
    await expectGradient((x, value) => indexFill(x, 1, ints([0, 2]), value.reshape([])), grid, [7]);
    expect(() => maskedFill(tensor(grid), mask, tensor([7, 8, 9]))).toThrow(/one value/);
  });

  it('argwhere lists positions', async () => {
    expect(
      await (
        await argwhere(
          tensor([
            [0, 3],
            [2, 0],
          ]),
        )
      ).tolist(),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
});

describe('scatterReduce', () => {
  const x = [1, 2, 3, 4];
  const source = [5, 6, 7, -1, 0.5];
  const index = () => ints([0, 1, 0, 1, 3]);
  // PyTorch's definition, written out: 5 and 7 come to 0, 6 and -1 to 1, 0.5 to 3; nothing to 2.
  it.each<[ScatterReduction, number[], number[]]>([
    ['sum', [13, 7, 3, 4.5], [12, 5, 3, 0.5]],
    ['prod', [35, -12, 3, 2], [35, -6, 3, 0.5]],
    ['mean', [13 / 3, 7 / 3, 3, 2.25], [6, 2.5, 3, 0.5]],
    ['amax', [7, 6, 3, 4], [7, 6, 3, 0.5]],
    ['amin', [1, -1, 3, 0.5], [5, -1, 3, 0.5]],
  ])('folds by %s, with what is there and without', async (reduce, withSelf, withoutSelf) => {
    const run = (includeSelf: boolean) =>
      scatterReduce(tensor(x), 0, index(), tensor(source), reduce, { includeSelf }).tolist();
    expect(await run(true)).toEqual(withSelf);
    expect(await run(false)).toEqual(withoutSelf);
    for (const includeSelf of [true, false]) {
      await expectGradient((a, s) => scatterReduce(a, 0, index(), s, reduce, { includeSelf }), x, source);
    }
  });

  it('works along any dimension with a smaller index, and leaves the rest', async () => {
    const rows = scatterReduce(
      zeros([2, 3]),
      1,
      ints([[2, 2]]),
      tensor([
        [4, 5],
        [9, 9],
      ]),
      'amax',
    );
    expect(await rows.tolist()).toEqual([
      [0, 0, 5],
      [0, 0, 0],
    ]);
    const columns = scatterReduce(tensor(grid), 0, ints([[1, 0, 1]]), tensor([[9, 0, 2]]), 'amin');
    expect(await columns.tolist()).toEqual([
      [1, 0, 3],
      [4, 5, 2],
    ]);
  });

  it('shares the gradient of ties evenly, and refuses other folds', async () => {
    const [a, s] = [tensor([2, 0], { requiresGrad: true }), tensor([2, 1], { requiresGrad: true })];
    scatterReduce(a, 0, ints([0, 0]), s, 'amax')
      .sum()
      .backward();
    expect(await a.grad?.tolist()).toEqual([0.5, 1]);
    expect(await s.grad?.tolist()).toEqual([0.5, 0]);
    expect(() => scatterReduce(a, 0, ints([0]), s, 'max' as 'amax')).toThrow(/cannot fold/);
  });

  it('indexReduce folds whole slices; means of integers round down', async () => {
    const rows = indexReduce(
      tensor(grid),
      0,
      ints([1, 1]),
      tensor([
        [1, 9, 1],
        [7, 1, 1],
      ]),
      'amax',
    );
    expect(await rows.tolist()).toEqual([
      [1, 2, 3],
      [7, 9, 6],
    ]);
    expect(await indexReduce(ints([1, 2]), 0, ints([0]), ints([-4]), 'mean').tolist()).toEqual([-2, 2]);
  });
});
