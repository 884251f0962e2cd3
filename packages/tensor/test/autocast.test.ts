import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { DTypeError } from '@evenkeel/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  autocast,
  autocasted,
  checkpoint,
  compile,
  cumsum,
  einsum,
  exp,
  isAutocastEnabled,
  log,
  logsumexp,
  manualSeed,
  Parameter,
  pow,
  randn,
  type Tensor,
  tensor,
  useBackend,
} from '../src/index.ts';

beforeEach(() => {
  useBackend(cpu());
  manualSeed(11);
});

const gradOf = ({ grad }: Tensor) => grad as Tensor;

describe('autocast', () => {
  test('products take float16 and give it', async () => {
    const [a, b] = [randn([3, 5]), randn([5, 2])];
    const rounded = (x: Tensor) => x.to('float16');
    const expected = await rounded(a).matmul(rounded(b)).tolist();
    const product = autocast(() => a.matmul(b));
    expect(product.dtype).toBe('float16');
    expect(await product.tolist()).toEqual(expected);
    expect(autocast(() => a.matmul(rounded(b))).dtype).toBe('float16');
    expect(await autocast(() => einsum('ij,jk->ik', a, b)).tolist()).toEqual(expected);
    expect(autocast(() => a.to('float64').matmul(b.to('float64'))).dtype).toBe('float64');
  });

  test('what needs the range of float32 is computed in it and gives it', async () => {
    const x = tensor([300, 12, -5], { dtype: 'float16' });
    const wide = [exp, log, (y: Tensor) => y.softmax(0), (y: Tensor) => y.logSoftmax(0), (y: Tensor) => y.sum()];
    const more = [
      (y: Tensor) => y.mean(),
      (y: Tensor) => logsumexp(y),
      (y: Tensor) => cumsum(y, 0),
      (y: Tensor) => pow(y, 2),
    ];
    for (const fn of [...wide, ...more]) {
      const result = autocast(() => fn(x));
      expect(result.dtype).toBe('float32');
      expect(await result.tolist()).toEqual(await fn(x.to('float32')).tolist());
    }
    // 300² is beyond float16.
    expect(await autocast(() => pow(x, 2)).tolist()).toEqual([90_000, 144, 25]);
  });

  test('everything else works on what it is given', () => {
    const [half, float] = [tensor([1, 2], { dtype: 'float16' }), tensor([1, 2])];
    const of = (fn: () => Tensor) => autocast(fn).dtype;
    expect(of(() => half.add(half))).toBe('float16');
    expect(of(() => half.add(float))).toBe('float32');
    expect(of(() => half.relu())).toBe('float16');
    expect(of(() => half.tanh())).toBe('float16');
    expect(of(() => float.tanh())).toBe('float32');
    expect(of(() => half.amax())).toBe('float16');
  });

  test('ends with its function, also by an error, and can be switched off within', () => {
    expect(() =>
      autocast(() => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(isAutocastEnabled()).toBe(false);
    const x = tensor([[1]]);
    const inside = autocast(() => [isAutocastEnabled(), autocast(() => x.matmul(x), { enabled: false }).dtype]);
    expect(inside).toEqual([true, 'float32']);
    expect(autocasted(x, 'float16')).toBe(x);
    expect(autocast(() => autocasted(x, 'float16')).dtype).toBe('float16');
  });

  test('gradients of float32 parameters are float32, also where backward() is inside', async () => {
    const x = randn([4, 3]);
    const gradientOf = async (inside: boolean) => {
      const w = new Parameter(tensor([[0.5], [-1], [2]]));
      autocast(() => {
        const loss = x.matmul(w).square().mean();
        if (inside) loss.backward();
        return loss;
      });
      if (!inside) autocast(() => x.matmul(w).square().mean()).backward();
      expect(w.grad?.dtype).toBe('float32');
      return (await w.grad?.tolist()) as number[][];
    };
    const [inside, outside] = [await gradientOf(true), await gradientOf(false)];
    expect(inside).toEqual(outside);
    // The same in float32: 2 xᵀ (x w) / 4. A few roundings to 11 bits, each at most 2^-11 of what it rounds.
    const w = tensor([[0.5], [-1], [2]]);
    const exact = (await x.transpose(0, 1).matmul(x.matmul(w)).mul(0.5).tolist()) as number[][];
    const size = (await x.abs().transpose(0, 1).matmul(x.abs().matmul(w.abs())).mul(0.5).tolist()) as number[][];
    exact.forEach(([value], i) => {
      expect(Math.abs((inside[i]?.[0] as number) - (value as number))).toBeLessThan(
        6 * 2 ** -11 * (size[i]?.[0] as number),
      );
    });
  });

  test('is part of what is compiled, and of what a checkpoint computes anew', async () => {
    const x = randn([4, 8]);
    const w = new Parameter(randn([8, 8]));
    const block = (y: Tensor) => y.matmul(w).tanh().matmul(w).softmax(1);
    const gradient = async (run: (fn: (y: Tensor) => Tensor) => Tensor) => {
      w.grad = undefined;
      const loss = run(block);
      loss.backward();
      return [await loss.item(), await gradOf(w).tolist()];
    };
    const plain = await gradient((fn) =>
      autocast(() => fn(x))
        .square()
        .sum(),
    );
    expect(
      await gradient((fn) =>
        autocast(() => checkpoint(fn)(x))
          .square()
          .sum(),
      ),
    ).toEqual(plain);
    const compiledInside = compile((y: Tensor) => {
      w.grad = undefined;
      const loss = autocast(() => block(y))
        .square()
        .sum();
      loss.backward();
      return [loss, w.grad as unknown as Tensor] as const;
    });
    const compiledOutside = compile((y: Tensor) => block(y));
    for (let call = 0; call < 3; call++) {
      const [loss, found] = compiledInside(x);
      expect([await loss.item(), await found.tolist()]).toEqual(plain);
      const [narrow, wide] = [autocast(() => compiledOutside(x)), compiledOutside(x)];
      expect(await narrow.tolist()).toEqual(await autocast(() => block(x)).tolist());
      expect(await wide.tolist()).toEqual(await block(x).tolist());
      expect(await wide.tolist()).not.toEqual(await narrow.tolist());
    }
  });

  test('is refused where there is no float16', () => {
    useBackend(wasm());
    expect(() => autocast(() => 1)).toThrow(DTypeError);
    expect(autocast(() => 1, { enabled: false })).toBe(1);
  });
});
