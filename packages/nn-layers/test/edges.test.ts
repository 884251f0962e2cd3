import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { manualSeed, randn, type Tensor, tensor, useBackend, where, zeros } from '@evenkeel/tensor';
import '@evenkeel/tensor/methods';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ReductionOptions } from '../src/index.ts';
import * as nn from '../src/index.ts';
import { distance } from './support/reference.ts';

const int = (shape: number[]): Tensor => zeros(shape, { dtype: 'int32' });
const none = [0, 3];

/** Each loss of two tensors of one shape. */
const paired = {
  mseLoss: nn.mseLoss,
  l1Loss: nn.l1Loss,
  smoothL1Loss: nn.smoothL1Loss,
  huberLoss: nn.huberLoss,
  binaryCrossEntropy: nn.binaryCrossEntropy,
  binaryCrossEntropyWithLogits: nn.binaryCrossEntropyWithLogits,
  klDiv: nn.klDiv,
  hingeEmbeddingLoss: nn.hingeEmbeddingLoss,
  softMarginLoss: nn.softMarginLoss,
  multilabelSoftMarginLoss: nn.multilabelSoftMarginLoss,
  poissonNllLoss: nn.poissonNllLoss,
};

/** Every loss on a batch of nothing; `x` is what the gradient goes to. */
const ofNothing: [string, (x: Tensor, options: ReductionOptions) => Tensor][] = [
  ...Object.entries(paired).map(
    ([name, loss]) => [name, (x: Tensor, options: ReductionOptions) => loss(x, zeros(none), options)] as const,
  ),
  ['crossEntropy', (x, options) => nn.crossEntropy(x, int([0]), options)],
  ['crossEntropy of probabilities', (x, options) => nn.crossEntropy(x, zeros(none), options)],
  ['nllLoss', (x, options) => nn.nllLoss(x, int([0]), options)],
  ['multiMarginLoss', (x, options) => nn.multiMarginLoss(x, int([0]), options)],
  ['multilabelMarginLoss', (x, options) => nn.multilabelMarginLoss(x, int(none), options)],
  ['marginRankingLoss', (x, options) => nn.marginRankingLoss(x, zeros(none), zeros(none), options)],
  ['cosineEmbeddingLoss', (x, options) => nn.cosineEmbeddingLoss(x, zeros(none), zeros([0]), options)],
  ['tripletMarginLoss', (x, options) => nn.tripletMarginLoss(x, zeros(none), zeros(none), options)],
  ['gaussianNllLoss', (x, options) => nn.gaussianNllLoss(x, zeros(none), zeros(none), options)],
  ['ctcLoss', (x, options) => nn.ctcLoss(x.unsqueeze(0), int([0, 2]), [], [], options)],
] as [string, (x: Tensor, options: ReductionOptions) => Tensor][];

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
])('on %s', (_name, backend) => {
  beforeEach(() => {
    useBackend(backend());
    manualSeed(6);
  });

  test.each(ofNothing)(
    'the %s of an empty batch is NaN as a mean, 0 as a sum, empty as neither',
    async (_loss, run) => {
      const x = zeros(none, { requiresGrad: true });
      expect(await run(x, {}).item()).toBeNaN();
      const sum = run(x, { reduction: 'sum' });
      expect(await sum.item()).toBe(0);
      sum.backward();
      expect(x.grad?.shape).toEqual(none);
      expect(run(x, { reduction: 'none' }).shape[0]).toBe(0);
    },
  );

  test.each([
    ['crossEntropy', (x: Tensor) => nn.crossEntropy(x, tensor([1, 2], { dtype: 'int32' }))],
    ['nllLoss', (x: Tensor) => nn.nllLoss(nn.logSoftmax(x, 1), tensor([1, 2], { dtype: 'int32' }))],
    ['binaryCrossEntropy', (x: Tensor) => nn.binaryCrossEntropy(x.sigmoid(), zeros([2, 3]))],
    ['binaryCrossEntropyWithLogits', (x: Tensor) => nn.binaryCrossEntropyWithLogits(x, zeros([2, 3]))],
    ['softMarginLoss', (x: Tensor) => nn.softMarginLoss(x, zeros([2, 3]).add(1))],
    ['multilabelSoftMarginLoss', (x: Tensor) => nn.multilabelSoftMarginLoss(x, zeros([2, 3]))],
    ['klDiv', (x: Tensor) => nn.klDiv(nn.logSoftmax(x, 1), nn.softmax(x.detach(), 1))],
    [
      'gumbelSoftmax',
      (x: Tensor) =>
        nn
          .gumbelSoftmax(x)
          .mul(randn([2, 3]))
          .sum(),
    ],
    ['LSTM', (x: Tensor) => new nn.LSTM(3, 4).call(x)[0].sum()],
    ['GRU', (x: Tensor) => new nn.GRU(3, 4).call(x)[0].sum()],
    ['attention', (x: Tensor) => nn.scaledDotProductAttention(x, x, x).sum()],
  ])('%s is finite for values of ±10,000, and so is its gradient', async (_what, run) => {
    const x = tensor(
      [
        [1e4, -1e4, 0],
        [-1e4, 1e4, 1e4],
      ],
      { requiresGrad: true },
    );
    const result = run(x);
    expect(await result.isfinite().item()).toBe(1);
    result.backward();
    expect(await x.grad?.isfinite().all().item()).toBe(1);
  });

  test.each(['attnMask', 'keyPaddingMask'] as const)(
    'a query that a bool or float %s keeps from every key gets weights of zero, and no gradient flows there',
    async (option) => {
      const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true });
      const shape = option === 'attnMask' ? [3, 3] : [2, 3];
      const row = tensor([[true], [false], [false]].slice(0, shape[0]));
      const blocked = row.expand(shape);
      for (const mask of [blocked, where(blocked, Number.NEGATIVE_INFINITY, zeros(shape))]) {
        const x = randn([2, 3, 4]);
        x.requiresGrad = true;
        const [output, weights] = attention.call(x, x, x, { [option]: mask });
        // The first query of each sequence, or all of the first sequence.
        const alone = (whole: Tensor): Tensor => (option === 'attnMask' ? whole.select(1, 0) : whole.select(0, 0));
        expect(
          await alone(weights as Tensor)
            .abs()
            .sum()
            .item(),
        ).toBe(0);
        const wanted = (attention.out_proj.bias as Tensor).expand(alone(output).shape);
        expect(await distance(alone(output), wanted)).toBe(0);
        alone(output).sum().backward();
        expect(await x.grad?.abs().sum().item()).toBe(0);
      }
    },
  );

  test('attention over no keys at all gives zeros, and over no queries nothing', async () => {
    const [queries, keys] = [randn([2, 3, 4]), zeros([2, 0, 4])];
    const output = nn.scaledDotProductAttention(queries, keys, zeros([2, 0, 5]));
    expect(await distance(output, zeros([2, 3, 5]))).toBe(0);
    expect(nn.scaledDotProductAttention(keys, queries, queries).shape).toEqual([2, 0, 4]);
  });
});
