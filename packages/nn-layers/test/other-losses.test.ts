import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import '@evenkeel/tensor/methods';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  BCEWithLogitsLoss,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  klDiv,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  pdist,
  smoothL1Loss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from '../src/index.ts';

beforeAll(() => useBackend(cpu()));

describe('binary cross-entropy', () => {
  test('of certain and wrong probabilities is 100, with PyTorch’s gradient', async () => {
    const input = tensor([0, 1], { requiresGrad: true });
    const losses = binaryCrossEntropy(input, tensor([1, 0]), { reduction: 'none' });
    expect(await losses.tolist()).toEqual([100, 100]);
    losses.sum().backward();
    // (p − y) / max(p (1 − p), 1e-12); 1e12 is not a float32, but the nearest is within 1e-7 of it.
    const gradient = await (input.grad as Tensor).div(1e12).data();
    expect(gradient[0]).toBeCloseTo(-1, 6);
    expect(gradient[1]).toBeCloseTo(1, 6);
  });

  test('of logits of ±10,000 is finite, with a gradient of sigmoid − target', async () => {
    const input = tensor([1e4, -1e4, 0], { requiresGrad: true });
    const losses = binaryCrossEntropyWithLogits(input, tensor([0, 1, 1]), { reduction: 'none' });
    const [first, second, third] = (await losses.tolist()) as number[];
    expect([first, second]).toEqual([1e4, 1e4]);
    expect(third).toBeCloseTo(Math.log(2), 6);
    losses.sum().backward();
    expect(await input.grad?.tolist()).toEqual([1, -1, -0.5]);
  });

  test('keeps its weights as buffers under PyTorch’s names', () => {
    const loss = new BCEWithLogitsLoss({ posWeight: tensor([2]), weight: tensor([1]) });
    expect([...loss.stateDict().keys()]).toEqual(['weight', 'pos_weight']);
  });
});

describe('margins', () => {
  // The scores and targets of PyTorch's own documentation of these two losses, worked by hand.
  const scores = (): Tensor => tensor([[0.1, 0.2, 0.4, 0.8]]);

  test('multiMarginLoss sums what the other classes miss of the margin', async () => {
    // (1 − 0.8 + 0.1 + 1 − 0.8 + 0.2 + 1 − 0.8 + 0.4) / 4
    const target = tensor([3], { dtype: 'int32' });
    expect(await multiMarginLoss(scores(), target).item()).toBeCloseTo(0.325, 6);
    expect(await multiMarginLoss(scores(), target, { p: 2 }).item()).toBeCloseTo((0.09 + 0.16 + 0.36) / 4, 6);
    const weight = tensor([1, 1, 1, 2]);
    expect(await multiMarginLoss(scores(), target, { weight }).item()).toBeCloseTo(0.65, 6);
  });

  test('multilabelMarginLoss compares the targets before −1 with all other classes', async () => {
    // 0.25 · ((1 − (0.1 − 0.2)) + (1 − (0.1 − 0.4)) + (1 − (0.8 − 0.2)) + (1 − (0.8 − 0.4)))
    const target = tensor([[3, 0, -1, 1]], { dtype: 'int32' });
    expect(await multilabelMarginLoss(scores(), target).item()).toBeCloseTo(0.85, 6);
  });

  test('multilabelSoftMarginLoss is log 2 at zero', async () => {
    expect(await multilabelSoftMarginLoss(zeros([2, 3]), zeros([2, 3])).item()).toBeCloseTo(Math.log(2), 6);
  });
});

test('klDiv treats a target of zero as nothing to explain', async () => {
  const losses = klDiv(tensor([-1, -2]), tensor([0, 1]), { reduction: 'none' });
  expect(await losses.abs().tolist()).toEqual([0, 2]);
});

test('smoothL1Loss with beta 0 is the absolute difference, and refuses a negative beta', async () => {
  expect(await smoothL1Loss(tensor([2, -3]), zeros([2]), { beta: 0, reduction: 'none' }).tolist()).toEqual([2, 3]);
  expect(() => smoothL1Loss(zeros([1]), zeros([1]), { beta: -1 })).toThrow(ConfigError);
});

test('pdist takes each two rows once, in PyTorch’s order', async () => {
  const rows = tensor(
    [
      [0, 0],
      [3, 4],
      [0, 1],
      [0, 0],
    ],
    { requiresGrad: true },
  );
  const distances = pdist(rows);
  const [a = 0, b = 0, c = 0, ...rest] = (await distances.tolist()) as number[];
  expect([a, b, c, ...rest.slice(1)]).toEqual([5, 1, 0, 5, 1]);
  expect(rest[0]).toBeCloseTo(Math.sqrt(18), 6);
  distances.sum().backward();
  // Equal rows have no direction to part in: gradient 0, not NaN.
  expect(await rows.grad?.isfinite().all().item()).toBe(1);
  expect(await pdist(rows, 1).narrow(0, 0, 1).tolist()).toEqual([7]);
  expect(pdist(zeros([1, 2])).shape).toEqual([0]);
});

test('the triplet loss takes any distance, and swaps to the nearer of the two negatives’ distances', async () => {
  const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 3]]), tensor([[0, 4]])];
  const distanceFunction = (x1: Tensor, x2: Tensor): Tensor => x1.sub(x2).abs().sum(-1);
  const loss = (swap: boolean): Promise<number> =>
    new TripletMarginWithDistanceLoss({ distanceFunction, margin: 2, swap }).call(anchor, positive, negative).item();
  // 3 − 4 + 2, and 3 − 1 + 2.
  expect(await loss(false)).toBe(1);
  expect(await loss(true)).toBe(4);
  const plain = await new TripletMarginLoss({ margin: 2, swap: true }).call(anchor, positive, negative).item();
  expect(plain).toBeCloseTo(4, 5);
});
