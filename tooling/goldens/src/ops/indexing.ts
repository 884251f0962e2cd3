import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { direct, isTensor, type OperationTable, op } from '../program/operation.ts';

/** The values alone, or with what else was asked for. */
async function parts(found: Promise<api.Unique>, inverse?: boolean, counts?: boolean): Promise<Tensor | Tensor[]> {
  const all = await found;
  if (!inverse && !counts) return all.values;
  return [all.values, ...(inverse ? [all.inverse] : []), ...(counts ? [all.counts] : [])];
}

/** Reading and writing by index, masks, sorting and searching. */
export const indexing: OperationTable = {
  'torch.index_select': direct(api, 'indexSelect', 'input, dim, index'),
  'torch.gather': direct(api, 'gather', 'input, dim, index'),
  'torch.take': direct(api, 'take', 'input, index'),
  'torch.take_along_dim': direct(api, 'takeAlongDim', 'input, indices, dim'),
  'torch.scatter': op(
    'input, dim, index, src/value, reduce',
    (input: Tensor, dim: number, index: Tensor, source: Tensor | number, reduce?: 'add' | 'multiply') => {
      if (reduce === undefined) return api.scatter(input, dim, index, source);
      const values = isTensor(source) ? source : api.full(index.shape, source, { dtype: input.dtype });
      return api.scatterReduce(input, dim, index, values, reduce === 'add' ? 'sum' : 'prod');
    },
  ),
  'torch.index_reduce': direct(api, 'indexReduce', 'input, dim, index, source, reduce | include_self'),
  'torch.put': direct(api, 'put', 'input, index, source | accumulate'),
  'torch.select_scatter': direct(api, 'selectScatter', 'input, src, dim, index'),
  'torch.slice_scatter': direct(api, 'sliceScatter', 'input, src, dim, start, end, step'),
  'torch.diagonal_scatter': direct(api, 'diagonalScatter', 'input, src, offset, dim1, dim2'),
  'torch.scatter_add': direct(api, 'scatterAdd', 'input, dim, index, src'),
  'torch.scatter_reduce': direct(api, 'scatterReduce', 'input, dim, index, src, reduce | include_self'),
  'torch.index_add': direct(api, 'indexAdd', 'input, dim, index, source/src | alpha'),
  'torch.index_copy': direct(api, 'indexCopy', 'input, dim, index, source/src'),
  'torch.index_fill': direct(api, 'indexFill', 'input, dim, index, value'),
  'torch.index_put': direct(api, 'indexPut', 'input, indices, values | accumulate'),
  'torch.select': direct(api, 'select', 'input, dim, index'),
  'torch.narrow': direct(api, 'narrow', 'input, dim, start, length'),
  'torch.masked_select': direct(api, 'maskedSelect', 'input, mask'),
  'torch.masked_scatter': direct(api, 'maskedScatter', 'input, mask, source'),
  'torch.nonzero': direct(api, 'nonzero', 'input'),
  'torch.argwhere': direct(api, 'argwhere', 'input'),
  'torch.searchsorted': direct(api, 'searchsorted', 'sorted_sequence/sorted, values/input | right, side, sorter'),
  'torch.bucketize': direct(api, 'bucketize', 'input, boundaries | right'),
  'torch.bincount': op('input, weights, minlength', async (input: Tensor, weights?: Tensor, minlength = 0) =>
    // PyTorch's length follows from the values; ours is given.
    api.bincount(input, Math.max(minlength, input.size && (await input.amax().item()) + 1), weights),
  ),
  'torch.histc': direct(api, 'histc', 'input | bins, min, max'),
  'torch.sort': direct(api, 'sort', 'input | dim, descending, stable'),
  'torch.argsort': direct(api, 'argsort', 'input | dim, descending, stable'),
  'torch.topk': direct(api, 'topk', 'input, k | dim, largest, sorted'),
  'torch.kthvalue': direct(api, 'kthvalue', 'input, k, dim | keepdim'),
  'torch.msort': direct(api, 'msort', 'input'),
  'torch.unique': op('input, sorted, return_inverse, return_counts, dim', (input: Tensor, _, inverse, counts, dim) =>
    parts(api.unique(input, { dim }), inverse, counts),
  ),
  'torch.unique_consecutive': op('input, return_inverse, return_counts, dim', (input: Tensor, inverse, counts, dim) =>
    parts(api.uniqueConsecutive(input, { dim }), inverse, counts),
  ),
  'torch.isin': direct(api, 'isin', 'elements, test_elements'),
  'nn.functional.one_hot': direct(api, 'oneHot', 'input, num_classes'),
};
