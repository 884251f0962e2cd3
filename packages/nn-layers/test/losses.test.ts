import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, DTypeError, IndexError, ShapeError } from '@evenkeel/errors';
import { randn, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { CrossEntropyLoss, crossEntropy, MSELoss, mseLoss, nllLoss, Sequential } from '../src/index.ts';

beforeAll(() => useBackend(cpu()));

const classes = (...targets: number[]): Tensor => tensor(targets, { dtype: 'int32' });

describe('crossEntropy', () => {
  test('is log C for even logits', async () => {
    expect(await crossEntropy(zeros([2, 5]), classes(0, 4)).item()).toBeCloseTo(Math.log(5), 6);
  });

  test('has the gradient softmax − one-hot, divided by the targets that count', async () => {
    const input = zeros([3, 2], { requiresGrad: true });
    crossEntropy(input, classes(0, -100, 1)).backward();
    expect(await input.grad?.tolist()).toEqual([
      [-0.25, 0.25],
      [0, 0],
      [0.25, -0.25],
    ]);
  });

  test('stays finite for logits of ±10,000 and of −∞ away from the target', async () => {
    const input = tensor(
      [
        [1e4, -1e4],
        [0, Number.NEGATIVE_INFINITY],
      ],
      { requiresGrad: true },
    );
    const losses = crossEntropy(input, classes(1, 0), { reduction: 'none' });
    expect(await losses.tolist()).toEqual([2e4, -0]);
    losses.sum().backward();
    expect(await input.grad?.tolist()).toEqual([
      [1, -1],
      [0, 0],
    ]);
  });

  test('refuses a target that is no class, naming it and the number of classes', () => {
    const run = (): Tensor => crossEntropy(zeros([2, 3]), classes(1, 3));
    expect(run).toThrow(IndexError);
    expect(run).toThrow(/^crossEntropy: a target is not one of the classes\n {2}got: .*3/);
    expect(run).toThrow(/from 0 to 2/);
    expect(() => crossEntropy(zeros([1, 3]), classes(-1))).toThrow(IndexError);
    expect(() => nllLoss(zeros([1, 3]), classes(3))).toThrow(IndexError);
  });

  test('refuses shapes and dtypes that do not fit', () => {
    expect(() => crossEntropy(zeros([2, 3]), classes(1))).toThrow(/target \[2\]/);
    expect(() => crossEntropy(zeros([2, 3]), tensor([1, 2]))).toThrow(ShapeError);
    expect(() => nllLoss(zeros([2, 3]), tensor([1, 2]))).toThrow(DTypeError);
    expect(() => crossEntropy(zeros([1, 3]), classes(0), { weight: zeros([2]) })).toThrow(/expected: \[3\]/);
    expect(() => crossEntropy(zeros([1, 3]), classes(0), { labelSmoothing: 2 })).toThrow(ConfigError);
    expect(() => crossEntropy(zeros([1, 3]), classes(0), { reduction: 'avg' as 'mean' })).toThrow(/'avg'/);
  });

  test('is NaN over no targets at all, as PyTorch’s mean of nothing', async () => {
    expect(await crossEntropy(zeros([2, 3]), classes(-100, -100)).item()).toBeNaN();
    expect(await crossEntropy(zeros([2, 3]), classes(-100, -100), { reduction: 'sum' }).item()).toBe(0);
  });

  test('keeps class weights as a buffer of the module', () => {
    const loss = new Sequential();
    expect(loss.stateDict().size).toBe(0);
    expect([...new CrossEntropyLoss({ weight: tensor([1, 2]) }).stateDict().keys()]).toEqual(['weight']);
    expect(new CrossEntropyLoss().stateDict().size).toBe(0);
  });
});

describe('mseLoss', () => {
  test('reduces as asked', async () => {
    const [input, target] = [tensor([1, 2]), tensor([3, 5])];
    expect(await mseLoss(input, target).item()).toBe(6.5);
    expect(await new MSELoss({ reduction: 'sum' }).call(input, target).item()).toBe(13);
    expect(await mseLoss(input, target, { reduction: 'none' }).tolist()).toEqual([4, 9]);
  });

  test('refuses to broadcast, which would compare everything with everything', () => {
    expect(() => mseLoss(randn([4, 1]), randn([4]))).toThrow(/squeeze/);
  });
});
