import '@evenkeel/tensor/methods';
import {
  adjoint,
  arange,
  atleast1d,
  atleast2d,
  atleast3d,
  blockDiag,
  broadcastTensors,
  cartesianProd,
  columnStack,
  combinations,
  dsplit,
  dstack,
  empty,
  emptyLike,
  expandAs,
  fliplr,
  flipud,
  hsplit,
  hstack,
  logspace,
  meshgrid,
  moveaxis,
  narrowCopy,
  ravel,
  reshapeAs,
  rot90,
  rowStack,
  sumToSize,
  swapaxes,
  swapdims,
  type Tensor,
  tensor,
  tensorSplit,
  trilIndices,
  triuIndices,
  vander,
  viewAs,
  vsplit,
  vstack,
  zeros,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

const lists = (tensors: readonly Tensor[]) => Promise.all(tensors.map((x) => x.tolist()));
const square = [
  [1, 2],
  [3, 4],
];

describe('rearranging', () => {
  it('turns a plane by quarters, either way', async () => {
    const x = tensor(square);
    expect(await rot90(x).tolist()).toEqual([
      [2, 4],
      [1, 3],
    ]);
    expect(await rot90(x, 2).tolist()).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(await rot90(x, -1).tolist()).toEqual([
      [3, 1],
      [4, 2],
    ]);
    expect(await rot90(x, 4).tolist()).toEqual(square);
    expect(await rot90(x, 1, [1, 0]).tolist()).toEqual(await rot90(x, -1).tolist());
    expect(() => rot90(x, 1, [0, 0])).toThrow(/plane/);
    await expectGradient((v) => rot90(v, 3), square);
  });

  it('reverses columns and rows', async () => {
    expect(await fliplr(tensor(square)).tolist()).toEqual([
      [2, 1],
      [4, 3],
    ]);
    expect(await flipud(tensor(square)).tolist()).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  it('has PyTorch’s other names for transposing and moving', async () => {
    const x = zeros([2, 3, 4]);
    expect(swapaxes(x, 0, 2).shape).toEqual([4, 3, 2]);
    expect(swapdims(x, 0, 1).shape).toEqual([3, 2, 4]);
    expect(moveaxis(x, 0, -1).shape).toEqual([3, 4, 2]);
    expect(adjoint(x).shape).toEqual([2, 4, 3]);
    expect(ravel(x).shape).toEqual([24]);
  });

  it('brings to at least one, two and three dimensions as NumPy does', () => {
    const shapes = [[], [5], [2, 5], [2, 3, 5]].map((shape) => zeros(shape));
    expect(shapes.map((x) => atleast1d(x).shape)).toEqual([[1], [5], [2, 5], [2, 3, 5]]);
    expect(shapes.map((x) => atleast2d(x).shape)).toEqual([
      [1, 1],
      [1, 5],
      [2, 5],
      [2, 3, 5],
    ]);
    expect(shapes.map((x) => atleast3d(x).shape)).toEqual([
      [1, 1, 1],
      [1, 5, 1],
      [2, 5, 1],
      [2, 3, 5],
    ]);
  });

  it('takes shapes from another tensor', async () => {
    expect(await expandAs(tensor([1, 2]), zeros([2, 2])).tolist()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(viewAs(zeros([6]), zeros([2, 3])).shape).toEqual([2, 3]);
    expect(reshapeAs(zeros([6]), zeros([3, 2])).shape).toEqual([3, 2]);
  });

  it('sumToSize undoes expand', async () => {
    expect(await sumToSize(tensor(square).expand([3, 2, 2]), [2, 1]).tolist()).toEqual([[9], [21]]);
    expect(() => sumToSize(zeros([2, 3]), [2])).toThrow(/cannot be summed/);
    await expectGradient((x) => sumToSize(x, [1, 2]), square);
  });

  it('narrowCopy has memory of its own', async () => {
    const copy = narrowCopy(tensor([1, 2, 3]), 0, 1, 2);
    expect(await copy.tolist()).toEqual([2, 3]);
    expect(copy.offset).toBe(0);
  });
});

describe('stacking and splitting', () => {
  it('joins side by side, one below the other, and in depth', async () => {
    const [a, b] = [tensor([1, 2]), tensor([3, 4])];
    expect(await hstack([a, b]).tolist()).toEqual([1, 2, 3, 4]);
    expect(await vstack([a, b]).tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await rowStack([a, b]).tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await dstack([a, b]).tolist()).toEqual([
      [
        [1, 3],
        [2, 4],
      ],
    ]);
    expect(await columnStack([a, b]).tolist()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(await hstack([tensor(square), tensor(square)]).tolist()).toEqual([
      [1, 2, 1, 2],
      [3, 4, 3, 4],
    ]);
    await expectGradient((x, y) => dstack([x, y]), [1, 2], [3, 4]);
  });

  it('tensorSplit makes so many pieces, or cuts before positions', async () => {
    const x = arange(7);
    expect(await lists(tensorSplit(x, 3))).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(await lists(tensorSplit(x, [2, -2]))).toEqual([
      [0, 1],
      [2, 3, 4],
      [5, 6],
    ]);
    expect(await lists(tensorSplit(x, [5, 5, 99]))).toEqual([[0, 1, 2, 3, 4], [], [5, 6], []]);
    expect(await lists(tensorSplit(arange(2), 3))).toEqual([[0], [1], []]);
  });

  it('hsplit, vsplit and dsplit split evenly or not at all', () => {
    const x = zeros([2, 4, 6]);
    expect(hsplit(x, 2).map((piece) => piece.shape)).toEqual([
      [2, 2, 6],
      [2, 2, 6],
    ]);
    expect(vsplit(x, 2)[0]?.shape).toEqual([1, 4, 6]);
    expect(dsplit(x, [1, 3]).map((piece) => piece.shape[2])).toEqual([1, 2, 3]);
    expect(hsplit(zeros([4]), 2)[1]?.shape).toEqual([2]);
    expect(() => hsplit(x, 3)).toThrow(/equal pieces/);
  });

  it('blockDiag puts matrices on the diagonal', async () => {
    expect(await blockDiag(tensor(square), tensor([5, 6]), tensor(7)).tolist()).toEqual([
      [1, 2, 0, 0, 0],
      [3, 4, 0, 0, 0],
      [0, 0, 5, 6, 0],
      [0, 0, 0, 0, 7],
    ]);
    await expectGradient((a, b) => blockDiag(a, b), square, [5, 6]);
  });

  it('broadcastTensors gives all one shape', () => {
    expect(broadcastTensors(zeros([3, 1]), zeros([4])).map((x) => x.shape)).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });
});

describe('grids', () => {
  it('meshgrid runs rows first, or columns first with xy', async () => {
    const vectors = [tensor([1, 2]), tensor([3, 4, 5])];
    expect(await lists(meshgrid(vectors))).toEqual([
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
      [
        [3, 4, 5],
        [3, 4, 5],
      ],
    ]);
    expect(await lists(meshgrid(vectors, { indexing: 'xy' }))).toEqual([
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      [
        [3, 3],
        [4, 4],
        [5, 5],
      ],
    ]);
  });

  it('lists tuples and choices in order', async () => {
    expect(await cartesianProd(tensor([1, 2]), tensor([3, 4])).tolist()).toEqual([
      [1, 3],
      [1, 4],
      [2, 3],
      [2, 4],
    ]);
    const x = tensor([7, 8, 9]);
    expect(await combinations(x).tolist()).toEqual([
      [7, 8],
      [7, 9],
      [8, 9],
    ]);
    expect((await combinations(x, 2, { withReplacement: true }).tolist()) as number[][]).toHaveLength(6);
    expect(combinations(x, 4).shape).toEqual([0, 4]);
  });

  it('gives the positions of triangles', async () => {
    expect(await trilIndices(3, 2).tolist()).toEqual([
      [0, 1, 1, 2, 2],
      [0, 0, 1, 0, 1],
    ]);
    expect(await triuIndices(2, 3, { offset: 1 }).tolist()).toEqual([
      [0, 0, 1],
      [1, 2, 2],
    ]);
  });

  it('vander lists powers, with slopes at 0 too', async () => {
    expect(await vander(tensor([2, 0])).tolist()).toEqual([
      [2, 1],
      [0, 1],
    ]);
    expect(await vander(tensor([2]), { N: 4, increasing: true }).tolist()).toEqual([[1, 2, 4, 8]]);
    await expectGradient((x) => vander(x, { N: 4 }), [0, 1.5, -2]);
  });

  it('logspace is even in the logarithm and ends where it should', async () => {
    expect(await logspace(0, 3, 4).tolist()).toEqual([1, 10, 100, 1000]);
    expect(await logspace(-1, 1, 3, { base: 2 }).tolist()).toEqual([0.5, 1, 2]);
    expect(await logspace(2, 5, 1).tolist()).toEqual([100]);
  });

  it('empty tensors are zeros', async () => {
    expect(await empty([2]).tolist()).toEqual([0, 0]);
    expect(emptyLike(tensor([1], { dtype: 'int32' })).dtype).toBe('int32');
  });
});
