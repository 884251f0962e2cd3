import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { DeviceError, DTypeError, EvenKeelError, IndexError, ShapeError } from '@evenkeel/errors';
import {
  arange,
  cat,
  chunk,
  compile,
  einsum,
  eye,
  linspace,
  matmul,
  oneHot,
  ones,
  pad,
  rand,
  repeatInterleave,
  split,
  tensor,
  unfold,
  useBackend,
  where,
  zeros,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle('float32');

describe('shapes that do not fit', () => {
  it.each([
    ['add', () => ones([2, 3]).add(ones([2])), /\[2,3\] and \[2\][\s\S]*3 and 2 in dimension -1/],
    ['matmul', () => matmul(ones([2, 3]), ones([2, 3])), /\[2,3\] and \[2,3\]/],
    ['reshape', () => ones([2, 3]).reshape([4]), /\[2, 3\][\s\S]*4 elements/],
    ['reshape with -1', () => ones([2, 3]).reshape([-1, 4]), /divide 6/],
    ['expand', () => ones([2, 3]).expand([2, 4]), /broadcast/],
    ['permute', () => ones([2, 3]).permute([0, 0]), /each of its 2 dimensions once/],
    ['cat', () => cat([ones([2, 3]), ones([2, 4])], 0), /equal but for dimension 0/],
    ['sum', () => ones([2, 3]).sum(2), /no dimension 2[\s\S]*-2 to 1/],
    ['sum of a dimension twice', () => ones([2, 3]).sum([0, -2]), /twice/],
    ['einsum', () => einsum('ij,jk->ik', ones([2, 3]), ones([2, 3])), /"j" is both 3 and 2/],
    ['amax over nothing', () => ones([2, 0]).amax(1), /at least one element/],
    ['ragged rows', () => tensor([[1, 2], [3]]), /equal lengths/],
    ['data that do not fill a shape', () => tensor([1, 2, 3], { shape: [2, 2] }), /4 elements/],
    ['a shape with a fraction', () => zeros([1.5]), /no shape/],
    ['where', () => where(ones([3]), ones([2]), 0), /broadcast/],
  ])('are refused by %s with both shapes and what was expected', (_, attempt, message) => {
    expect(attempt).toThrow(ShapeError);
    expect(attempt).toThrow(message);
  });
});

describe('numbers that are no sizes', () => {
  const m = () => arange(6).reshape([2, 3]);
  it.each([
    ['zeros', (n: number) => zeros([2, n])],
    ['rand', (n: number) => rand([n])],
    ['eye', (n: number) => eye(n)],
    ['expand', (n: number) => ones([1, 1]).expand([n === -1 ? -2 : n, 1])],
    ['repeat', (n: number) => m().repeat([n, 1])],
    ['narrow', (n: number) => m().narrow(0, 0, n)],
    ['split', (n: number) => split(m(), n)],
    ['chunk', (n: number) => chunk(m(), n === 1.5 ? 0 : n)],
    ['repeatInterleave', (n: number) => repeatInterleave(m(), n)],
    ['repeatInterleave of each', (n: number) => repeatInterleave(m(), [1, n], 0)],
    ['linspace', (n: number) => linspace(0, 1, n)],
    ['oneHot', (n: number) => oneHot(arange(2), n)],
    ['unfold', (n: number) => unfold(m(), 1, 2, n)],
    ['pad', (n: number) => pad(m(), [n === -1 ? -4 : n, 0])],
  ])('are refused by %s, eagerly and in a recording, and what comes next is as always', async (_, make) => {
    for (const backend of [cpu(), wasm()]) {
      useBackend(backend);
      for (const n of [Number.NaN, 1.5, -1]) {
        for (const attempt of [make, compile((size: number) => [make(size)].flat())]) {
          expect(() => attempt(n)).toThrow(EvenKeelError);
          expect(await ones([3]).add(1).tolist()).toEqual([2, 2, 2]);
        }
      }
    }
    useBackend(cpu());
  });
});

describe('dtypes that do not fit', () => {
  it('are refused with what was given and expected', () => {
    expect(() => tensor([1.5], { dtype: 'int32' })).toThrow(DTypeError);
    expect(() => tensor([2 ** 31], { dtype: 'int32' })).toThrow(/2147483648 is no int32/);
    expect(() => ones([2]).gather(0, ones([2]))).toThrow(/positions as int32/);
    expect(() => arange(3).sum().backward()).toThrow();
  });

  it('include float64 where the backend has none', () => {
    useBackend(wasm());
    expect(() => tensor([1], { dtype: 'float64' })).toThrow(/wasm backend has no float64[\s\S]*"cpu"/);
    useBackend(cpu());
  });
});

describe('indices outside', () => {
  it('of a select name the position and the extent', () => {
    expect(() => eye(3).select(0, 3)).toThrow(IndexError);
    expect(() => eye(3).select(0, -4)).toThrow(/-3 to 2/);
  });

  it('in a tensor of positions are an error of the operation, not another tensor’s memory', () => {
    for (const backend of [cpu(), wasm()]) {
      useBackend(backend);
      const rows = rand([4, 2]);
      for (const bad of [4, -1, 2 ** 30]) {
        const ids = tensor([0, bad], { dtype: 'int32' });
        expect(() => rows.indexSelect(0, ids)).toThrow(IndexError);
        expect(() => rows.indexAdd(0, ids, ones([2, 2]).contiguous())).toThrow(IndexError);
      }
    }
    useBackend(cpu());
  });
});

describe('tensors of two backends', () => {
  it('cannot meet', () => {
    const here = rand([2]);
    useBackend(cpu());
    const there = rand([2]);
    expect(() => here.add(there)).toThrow(DeviceError);
  });
});

describe('a tensor used as a number', () => {
  it('is refused instead of becoming NaN', () => {
    expect(() => (ones([1]) as unknown as number) * 2).toThrow(/not a number/);
  });
});
