import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { accumulateGradients } from '@evenkeel/optimizers';
import { memory, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, expect, test } from 'vitest';

beforeEach(() => useBackend(cpu()));

const meanOfSquares = (p: Parameter, x: Tensor): Tensor => p.mul(x).sub(1).square().mean();

test('the gradient of parts of different sizes is that of the whole batch', async () => {
  const p = new Parameter(tensor([0.5]));
  const loss = accumulateGradients([[1, 2, 3], [4]], (part) => meanOfSquares(p, tensor(part)), {
    sizeOf: (part) => part.length,
  });
  // Σ (x/2 - 1)² / 4 and its derivative Σ 2x (x/2 - 1) / 4 at x = 1, 2, 3, 4.
  expect(await loss.item()).toBeCloseTo((0.25 + 0 + 0.25 + 1) / 4, 6);
  expect(await p.grad!.item()).toBeCloseTo((-1 + 0 + 3 + 8) / 4, 6);
});

test('without sizes all parts count the same, and gradients add to those that are there', async () => {
  const p = new Parameter(tensor([0.5]));
  p.grad = tensor([10]);
  accumulateGradients([1, 3], (x) => meanOfSquares(p, tensor([x])));
  expect(await p.grad!.item()).toBeCloseTo(10 + (-1 + 3) / 2, 6);
});

test('takes no more memory for eight parts than for two', async () => {
  const peak = (parts: number): number => {
    useBackend(cpu());
    const p = new Parameter(tensor([0.5]));
    accumulateGradients(Array(parts).fill(1000), (size: number) =>
      meanOfSquares(p, tensor(new Float32Array(size).fill(2))),
    );
    return memory().peakBytes;
  };
  expect(peak(8)).toBeLessThan(peak(2) + 1000);
});

test('no batches, or batches without samples, are refused', () => {
  const never = (): never => expect.unreachable();
  expect(() => accumulateGradients([], never)).toThrow(ConfigError);
  expect(() => accumulateGradients([1, 2], never, { sizeOf: () => 0 })).toThrow(/batches of 0, 0 samples/);
});
