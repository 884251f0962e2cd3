import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { DTypeError } from '@evenkeel/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  cat,
  compile,
  cumsum,
  eye,
  full,
  indexAdd,
  logsumexp,
  manualSeed,
  promoteTypes,
  rand,
  randn,
  sort,
  type Tensor,
  tensor,
  useBackend,
  where,
  zeros,
} from '../src/index.ts';

beforeEach(() => useBackend(cpu()));

const half = (data: Parameters<typeof tensor>[0], requiresGrad = false) =>
  tensor(data, { dtype: 'float16', requiresGrad });

describe('float16', () => {
  test('holds the nearest number, of two the even one, and infinity beyond the largest', async () => {
    // 2^-11 is half the distance of neighbors at 1; 2^-25 half the smallest number.
    const given = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1, 2 ** -25, 3 * 2 ** -26, 65_519, 65_520, -1e9, Number.NaN, -0];
    const expected = [1, 1 + 2 ** -9, 0.0999755859375, 0, 2 ** -24, 65_504, Infinity, -Infinity, Number.NaN, -0];
    expect(await half(given).tolist()).toEqual(expected);
    expect(await tensor(given).to('float16').tolist()).toEqual(expected);
    expect(await full([1], 0.1, { dtype: 'float16' }).tolist()).toEqual([0.0999755859375]);
    expect((await half([1, 2, 3]).data()).constructor.name).toBe('Float16Array');
  });

  test('meets other dtypes as in PyTorch', () => {
    expect(promoteTypes('float16', 'float32')).toBe('float32');
    expect(promoteTypes('int32', 'float16')).toBe('float16');
    expect(promoteTypes('float64', 'float16')).toBe('float64');
    expect(half([1]).add(tensor([1])).dtype).toBe('float32');
    expect(half([1]).add(tensor([1], { dtype: 'int32' })).dtype).toBe('float16');
    expect(half([1]).mul(2.5).dtype).toBe('float16');
    expect(half([1]).gt(0).dtype).toBe('bool');
  });

  test('rounds each operation once: what it computes is float32', async () => {
    const [a, b] = [half([1, 2048, 300, 0.1]), half([2 ** -11, 1, 300, 0.2])];
    const sums = [1, 2048, 600, Math.f16round(Math.f16round(0.1) + Math.f16round(0.2))];
    expect(await a.add(b).tolist()).toEqual(sums);
    expect(await a.mul(b).tolist()).toEqual([
      2 ** -11,
      2048,
      Infinity,
      Math.f16round(Math.f16round(0.1) * Math.f16round(0.2)),
    ]);
    expect(await a.exp().tolist()).toEqual(
      [Math.E, Infinity, Infinity, Math.exp(Math.f16round(0.1))].map(Math.f16round),
    );
  });

  test('is added up in float32', async () => {
    // Added up in float16, 4096 ones are 2048.
    const ones = full([4096], 1, { dtype: 'float16' }).add(0);
    expect(await ones.sum().item()).toBe(4096);
    expect(await ones.mean().item()).toBe(1);
    // Their sum is beyond the largest float16; their mean is not, nor their variance.
    // 50,000 is stored as 49,984.
    const large = half([60_000, 60_000, 50_000, 50_000]);
    expect(await large.sum().item()).toBe(Infinity);
    expect(await large.mean().item()).toBe(54_976);
    expect(await half([200, -200]).std().item()).toBe(Math.f16round(Math.sqrt(80_000)));
    expect(
      await half([[1, 1]])
        .matmul(half([[2048], [1]]))
        .item(),
    ).toBe(2048);
    expect(
      await half([[1, 1, 1]])
        .matmul(half([[2048], [1], [1]]))
        .item(),
    ).toBe(2050);
    expect(await logsumexp(half([11, 11])).item()).toBe(Math.f16round(11 + Math.LN2));
    expect(await cumsum(half([2048, 1, 1]), 0).tolist()).toEqual([2048, 2048, 2050]);
    const zero = half([0, 0]);
    const places = tensor([0, 0, 0, 1], { dtype: 'int32' });
    expect(await indexAdd(zero, 0, places, half([2048, 1, 1, 3])).tolist()).toEqual([2050, 3]);
  });

  test('is moved, chosen, sorted and compared as it is', async () => {
    const x = half([
      [3, 1, 2],
      [0.1, 5, 4],
    ]);
    const small = Math.f16round(0.1);
    const moved = [
      x.transpose(0, 1),
      x.reshape([3, 2]),
      x.narrow(1, 1, 2),
      cat([x, x]),
      sort(x, { dim: 1 }).values,
      eye(2),
    ];
    expect(moved.slice(0, 5).every(({ dtype }) => dtype === 'float16')).toBe(true);
    expect(await sort(x, { dim: 1 }).values.tolist()).toEqual([
      [1, 2, 3],
      [small, 4, 5],
    ]);
    expect(await where(x.gt(2), x, 0).tolist()).toEqual([
      [3, 0, 0],
      [0, 5, 4],
    ]);
    expect(await x.argmax(1).tolist()).toEqual([0, 1]);
    expect(await x.amax(1).tolist()).toEqual([3, 5]);
    expect((await cat([x.narrow(1, 0, 1), x.narrow(1, 2, 1)], 1).tolist()) as number[][]).toEqual([
      [3, 2],
      [small, 4],
    ]);
  });

  test('gradients have the dtype of what they are of', async () => {
    const x = half([1, 2, 3], true);
    x.mul(x).sum().backward();
    expect(x.grad?.dtype).toBe('float16');
    expect(await x.grad?.tolist()).toEqual([2, 4, 6]);
    const master = tensor([0.1, 0.2], { requiresGrad: true });
    master.to('float16').mul(3).sum().backward();
    expect(master.grad?.dtype).toBe('float32');
    expect(await master.grad?.tolist()).toEqual([3, 3]);
  });

  test('random numbers are below 1 and of 11 bits', async () => {
    manualSeed(3);
    const drawn = (await rand([4000], { dtype: 'float16' }).tolist()) as number[];
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(drawn.every((value) => Number.isInteger(value * 2 ** 11))).toBe(true);
    expect(drawn.reduce((sum, value) => sum + value, 0) / 4000).toBeCloseTo(0.5, 1);
    expect(randn([3], { dtype: 'float16' }).dtype).toBe('float16');
  });

  test('a compiled function gives the bits of the eager one', async () => {
    manualSeed(7);
    const [x, w] = [randn([5, 33]).to('float16'), randn([33, 7]).to('float16')];
    const target = randn([5, 7]);
    const gradients = (master: Tensor, input: Tensor): [Tensor, Tensor] => {
      master.grad = undefined;
      const weight = master.to('float16');
      const hidden = input.matmul(weight).add(0.1).tanh().mul(3).softmax(1);
      const loss = hidden.sub(target.to('float16')).square().mean();
      loss.backward();
      return [loss, master.grad as unknown as Tensor];
    };
    const eager = w.to('float32');
    eager.requiresGrad = true;
    const [loss, gradient] = gradients(eager, x);
    const expected = [await loss.tolist(), await gradient.tolist()];
    const step = compile(gradients);
    for (let call = 0; call < 3; call++) {
      const [again, fresh] = step(eager, x);
      expect([again.dtype, fresh.dtype]).toEqual(['float16', 'float32']);
      expect([await again.tolist(), await fresh.tolist()]).toEqual(expected);
    }
  });

  test('where a backend has none, that is said, and who has it', () => {
    useBackend(wasm());
    expect(() => tensor([1], { dtype: 'float16' })).toThrow(DTypeError);
    expect(() => tensor([1]).to('float16')).toThrow(/wasm backend has no float16[\s\S]*webgpu/);
    expect(() => zeros([2], { dtype: 'float16' }).add(tensor([1, 2]).to('float16'))).toThrow(DTypeError);
  });
});
