import '@evenkeel/tensor/methods';
import { ShapeError } from '@evenkeel/errors';
import * as api from '@evenkeel/tensor';
import { full, maskedFill, type Tensor, tensor, useBackend, where } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { onOracle } from './on-oracle.ts';
import { backends } from './twice.ts';

describe('a tensor without dimensions', () => {
  onOracle();
  const scalar = () => tensor(2.5);
  const first = () => tensor([0], { dtype: 'int32' });
  const at0 = () => tensor(0, { dtype: 'int32' });

  // As PyTorch: what folds or orders a dimension takes one element for a vector of one.
  test.each<[string, (dim: number) => Tensor, number]>([
    ['sum', (dim) => scalar().sum(dim), 2.5],
    ['amax', (dim) => scalar().amax(dim), 2.5],
    ['argmax', (dim) => scalar().argmax(dim), 0],
    ['max', (dim) => api.max(scalar(), dim).values, 2.5],
    ['softmax', (dim) => scalar().softmax(dim), 1],
    ['logSoftmax', (dim) => scalar().logSoftmax(dim), 0],
    ['cumsum', (dim) => scalar().cumsum(dim), 2.5],
    ['cummax', (dim) => api.cummax(scalar(), dim).values, 2.5],
    ['logcumsumexp', (dim) => api.logcumsumexp(scalar(), dim), 2.5],
    ['sort', (dim) => scalar().sort({ dim }).values, 2.5],
    ['argsort', (dim) => scalar().argsort({ dim }), 0],
    ['topk', (dim) => scalar().topk(1, { dim }).indices, 0],
    ['kthvalue', (dim) => api.kthvalue(scalar(), 1, dim).values, 2.5],
    ['median', (dim) => scalar().median(dim).values, 2.5],
    ['mode', (dim) => api.mode(scalar(), dim).values, 2.5],
    ['flip', (dim) => scalar().flip(dim), 2.5],
    ['squeeze', (dim) => scalar().squeeze(dim), 2.5],
    ['transpose', (dim) => scalar().transpose(dim, 0), 2.5],
  ])('%s takes dimension 0 or -1', async (_name, call, expected) => {
    for (const dim of [0, -1]) expect(await call(dim).tolist()).toBe(expected);
    expect(() => call(1)).toThrow(/has no dimension 1[\s\S]*-1 to 0/);
  });

  test.each<[string, () => unknown]>([
    ['slice', () => scalar().slice(0)],
    ['select', () => scalar().select(0, 0)],
    ['narrow', () => scalar().narrow(0, 0, 1)],
    ['split', () => api.split(scalar(), 1)],
    ['chunk', () => api.chunk(scalar(), 1)],
    ['unbind', () => api.unbind(scalar())],
    ['tensorSplit', () => api.tensorSplit(scalar(), 2)],
    ['cat', () => api.cat([scalar(), scalar()])],
    ['roll', () => api.roll(scalar(), 1, 0)],
    ['unfold', () => api.unfold(scalar(), 0, 1, 1)],
    ['diff', () => api.diff(scalar(), 1, 0)],
    ['renorm', () => api.renorm(scalar(), 2, 0, 1)],
    ['quantile', () => api.quantile(scalar(), 0.5, 0)],
    ['repeatInterleave', () => api.repeatInterleave(scalar(), 2, 0)],
    ['gather', () => scalar().gather(0, at0())],
    ['indexSelect', () => scalar().indexSelect(0, first())],
    ['takeAlongDim', () => api.takeAlongDim(scalar(), at0(), 0)],
    ['scatter', () => scalar().scatter(0, at0(), scalar())],
    ['scatterAdd', () => scalar().scatterAdd(0, at0(), scalar())],
    ['scatterReduce', () => api.scatterReduce(scalar(), 0, at0(), scalar(), 'amax')],
    ['indexAdd', () => api.indexAdd(scalar(), 0, first(), scalar())],
    ['indexCopy', () => api.indexCopy(scalar(), 0, first(), scalar())],
    ['indexFill', () => api.indexFill(scalar(), 0, first(), 1)],
    ['indexReduce', () => api.indexReduce(scalar(), 0, first(), scalar(), 'amax')],
    ['selectScatter', () => api.selectScatter(scalar(), scalar(), 0, 0)],
    ['sliceScatter', () => api.sliceScatter(scalar(), scalar(), 0)],
  ])('%s says that there is no dimension to walk along', (name, call) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(`${name} has no dimension 0 in a tensor of shape []`);
  });
});

describe.each(backends)('%s: a number as an element of a dtype', (_name, make) => {
  const numbers = [0, -0, 1, -1, 0.5, -2.7, 300, 2 ** 31, -(2 ** 31) - 1, Infinity, -Infinity, Number.NaN];
  test.each(['int32', 'bool'] as const)('is what conversion makes of it: %s', async (dtype) => {
    useBackend(await make());
    const expected = await tensor(numbers, { dtype: 'float32' }).to(dtype).tolist();
    const filled = async (fill: (value: number) => Tensor) =>
      Promise.all(numbers.map(async (value) => ((await fill(value).tolist()) as number[])[0]));
    const [x, mask] = [tensor([1, 0], { dtype: 'int32' }).to(dtype), tensor([true, false])];
    expect(await filled((value) => full([2], value, { dtype }))).toEqual(expected);
    expect(await filled((value) => api.cat([full([2], value, { dtype }), x]))).toEqual(expected);
    expect(await filled((value) => maskedFill(x, mask, value))).toEqual(expected);
    expect(await filled((value) => where(mask, full([], value, { dtype }), x))).toEqual(expected);
  });
});
