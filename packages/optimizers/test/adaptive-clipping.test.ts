import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { chain, clipAdaptively, clipGradAdaptively, Optimizer, scaleByLearningRate } from '@evenkeel/optimizers';
import { Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

function parameter(value: number[] | number[][], gradient: number[] | number[][]): Parameter {
  const made = new Parameter(tensor(value));
  made.grad = tensor(gradient);
  return made;
}

const near = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 6));
const flat = async (values: Tensor | undefined): Promise<number[]> => [...(await values!.data())];

test('each row is clipped by its own norm, a vector as one', async () => {
  // Rows of norm 5 and 2 with gradients of norm 10 and 0.1; a vector of norm 13 with a gradient of norm 5.
  const matrix = parameter(
    [
      [3, 4],
      [0, 2],
    ],
    [
      [6, 8],
      [0.1, 0],
    ],
  );
  const vector = parameter([5, 12], [3, 4]);
  clipGradAdaptively([matrix, vector], { clipFactor: 0.1 });
  expect(await flat(matrix.grad)).toEqual(near([0.3, 0.4, 0.1, 0]));
  expect(await flat(vector.grad)).toEqual(near([3 * (1.3 / 5), 4 * (1.3 / 5)]));
});

test('weights of zero count as eps, gradients of zero stay zero', async () => {
  const fresh = parameter([0, 0], [3, 4]);
  const resting = parameter([1, 1], [0, 0]);
  clipGradAdaptively([fresh, resting], { clipFactor: 0.5, eps: 0.01 });
  expect(await flat(fresh.grad)).toEqual(near([0.003, 0.004]));
  expect(await flat(resting.grad)).toEqual([0, 0]);
});

test('a kernel of a convolution is one unit for each output channel', async () => {
  const kernel = new Parameter(tensor([3, 4, 0, 1], { shape: [2, 1, 2, 1] }));
  kernel.grad = tensor([30, 40, 0, 0.05], { shape: [2, 1, 2, 1] });
  clipGradAdaptively(kernel, { clipFactor: 0.1 });
  expect(await flat(kernel.grad)).toEqual(near([0.3, 0.4, 0, 0.05]));
});

test('inside an optimizer it clips what comes through the chain', async () => {
  const p = parameter([3, 4], [6, 8]);
  const transform = chain(clipAdaptively({ clipFactor: 0.1 }), scaleByLearningRate(1));
  new Optimizer([p], { transform, defaults: {} }).step();
  expect(await flat(p)).toEqual(near([2.7, 3.6]));
});

test('a factor of 0 is refused', () => {
  expect(() => clipAdaptively({ clipFactor: 0 })).toThrow(ConfigError);
  expect(() => clipGradAdaptively([], { eps: -1 })).toThrow(/eps = -1/);
});
