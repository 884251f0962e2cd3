import '@evenkeel/tensor/methods';
import * as api from '@evenkeel/tensor';
import { cat, cdist, type Tensor, tensor, vectorNorm, zeros } from '@evenkeel/tensor';
import { describe, expect, it, test } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

// What PyTorch defines for tensors without elements stands in tooling/goldens/further-cases; here is what it refuses.
describe('nothing has no extreme, no position and no order', () => {
  const refused: [name: string, call: (nothing: Tensor) => unknown][] = [
    ['amax', (x) => x.amax()],
    ['amin', (x) => x.amin(0)],
    ['max', (x) => x.max()],
    ['min', (x) => api.min(x, 0)],
    ['argmax', (x) => x.argmax()],
    ['argmin', (x) => x.argmin(0)],
    ['aminmax', (x) => api.aminmax(x)],
    ['median', (x) => x.median(0)],
    ['mode', (x) => api.mode(x, 0)],
    ['kthvalue', (x) => x.kthvalue(1, 0)],
    ['topk of one', (x) => x.topk(1, { dim: 0 })],
    ['quantile', (x) => x.quantile(0.5)],
    ['the norm of infinite order', (x) => vectorNorm(x, Number.POSITIVE_INFINITY)],
    ['select', (x) => x.select(0, 0)],
    ['reading a position', (x) => x.index(tensor([0], { dtype: 'int32' }))],
  ];
  test.each(refused)('%s is an error', (_name, call) => {
    expect(() => call(zeros([0]))).toThrow();
  });
});

describe('at the edges of norms', () => {
  it('a norm that counts is flat', async () => {
    await expectGradient(
      (x) => vectorNorm(x, 0, 1).add(x.sum()),
      [
        [1, 2],
        [3, -4],
      ],
    );
    const x = tensor([0, 3, -2], { requiresGrad: true });
    vectorNorm(x, 0).backward();
    expect(await x.grad?.tolist()).toEqual([0, 0, 0]);
  });

  it('the largest of equal differences all take the gradient of a distance, as in PyTorch', async () => {
    const x = tensor([[1, -1, 0.5]], { requiresGrad: true });
    const distance = cdist(x, zeros([1, 3]), { p: Number.POSITIVE_INFINITY });
    expect(await distance.tolist()).toEqual([[1]]);
    distance.sum().backward();
    expect(await x.grad?.tolist()).toEqual([[1, -1, 0]]);
    await expectGradient(
      (a, b) => cdist(a, b, { p: Number.POSITIVE_INFINITY }),
      [
        [1.5, 2, 5],
        [0, 1, 0.5],
      ],
      [[3, 3, 3]],
    );
  });
});

test('softmax and its logarithm along nothing are nothing, and what flows back too', async () => {
  for (const fn of [api.softmax, api.logSoftmax]) {
    const x = zeros([2, 0], { requiresGrad: true });
    const y = fn(x, 1);
    expect(y.shape).toEqual([2, 0]);
    cat([y.sum().reshape([1]), tensor([1])])
      .sum()
      .backward();
    expect(x.grad?.shape).toEqual([2, 0]);
  }
});
