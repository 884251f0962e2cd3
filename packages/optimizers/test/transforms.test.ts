import { cpu } from '@evenkeel/backend-cpu';
import {
  AdamW,
  addDecayedWeights,
  addL1Penalty,
  addL2Penalty,
  chain,
  clipByGlobalNorm,
  clipGradNorm,
  NormalizedGradientDescent,
  noDecayOnNormsAndBiases,
  normalizeByGlobalNorm,
  Optimizer,
  perParameter,
  scaleByAdam,
  scaleByLearningRate,
  type Transform,
} from '@evenkeel/optimizers';
import { Parameter, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

const parameters = (): Parameter[] => [new Parameter(tensor([1, 2])), new Parameter(tensor([-3]))];
const gradients = [[3, 0], [4]];

function steps(optimizer: { step(): void }, list: readonly Parameter[], before: () => void = () => {}): void {
  for (let i = 0; i < 3; i++) {
    for (const [index, each] of list.entries()) each.grad = tensor(gradients[index]!);
    before();
    optimizer.step();
  }
}

const values = (list: readonly Tensor[]): Promise<unknown[]> => Promise.all(list.map((each) => each.data()));

test('a chain written out is AdamW after clipping by the global norm', async () => {
  const [ours, theirs] = [parameters(), parameters()];
  const transform = chain(
    clipByGlobalNorm(1),
    scaleByAdam({ betas: [0.8, 0.9] }),
    addDecayedWeights(0.1),
    scaleByLearningRate(),
  );
  steps(new Optimizer(ours, { transform, defaults: { lr: 0.1 } }), ours);
  const adamW = new AdamW(theirs, { lr: 0.1, betas: [0.8, 0.9], weightDecay: 0.1 });
  steps(adamW, theirs, () => clipGradNorm(theirs, 1));
  expect(await values(ours)).toEqual(await values(theirs));
});

test('clipByGlobalNorm scales all updates by one factor', async () => {
  const list = parameters();
  const optimizer = new Optimizer(list, {
    transform: chain(clipByGlobalNorm(1), scaleByLearningRate(1)),
    defaults: {},
  });
  for (const [index, each] of list.entries()) each.grad = tensor(gradients[index]!);
  optimizer.step();
  // The gradients (3, 0) and (4) have the norm 5.
  expect(await list[0]!.tolist()).toEqual([expect.closeTo(1 - 0.6, 6), 2]);
  expect(await list[1]!.item()).toBeCloseTo(-3 - 0.8, 6);
});

test('a transform of one line composes with the others', async () => {
  const signs: Transform = perParameter((update) => update.sign());
  const list = parameters();
  steps(new Optimizer(list, { transform: chain(signs, scaleByLearningRate(0.5)), defaults: {} }), list);
  expect(await values(list)).toEqual([Float32Array.of(-0.5, 2), Float32Array.of(-4.5)]);
});

test('a chain runs its transforms in order, whether they see one parameter or all', async () => {
  const double = perParameter((update) => update.mul(2));
  const plusCount: Transform = { updateAll: (updates) => updates.map((update) => update.add(updates.length)) };
  const list = parameters();
  // (2g + 2) · 2 = 4g + 4, added to the parameter.
  steps(new Optimizer(list, { transform: chain(double, plusCount, double), defaults: {} }), list);
  expect(await values(list)).toEqual([Float32Array.of(1 + 3 * 16, 2 + 3 * 4), Float32Array.of(-3 + 3 * 20)]);
});

test('an option that the recipe does not name is refused', () => {
  const make = () =>
    new Optimizer(parameters(), { name: 'Mine', transform: scaleByLearningRate(), defaults: { lr: 0.1 } }, {
      momentum: 1,
    } as object);
  expect(make).toThrow(/Mine has no option momentum/);
});

const one = (value: number[], gradient: number[]): Parameter => {
  const made = new Parameter(tensor(value));
  made.grad = tensor(gradient);
  return made;
};

test('the penalties add their gradients: the sign of a weight, and the weight', async () => {
  const [first, second] = [one([2, -4, 0], [1, 1, 1]), one([2, -4, 0], [1, 1, 1])];
  const step = (p: Parameter, penalty: Transform) =>
    new Optimizer([p], { transform: chain(penalty, scaleByLearningRate(1)), defaults: {} }).step();
  step(first, addL1Penalty(0.5));
  step(second, addL2Penalty(0.5));
  expect(await first.tolist()).toEqual([2 - 1.5, -4 - 0.5, -1]);
  expect(await second.tolist()).toEqual([2 - 2, -4 + 1, -1]);
});

test('a penalty without a strength takes the group’s decay, so that biases are spared', async () => {
  const [weight, bias] = [new Parameter(tensor([[2]])), new Parameter(tensor([2]))];
  for (const each of [weight, bias]) each.grad = zeros(each.shape);
  const groups = noDecayOnNormsAndBiases([
    ['weight', weight],
    ['bias', bias],
  ]);
  const transform = chain(addL1Penalty(), scaleByLearningRate(1));
  new Optimizer(groups, { transform, defaults: { weightDecay: 0.5 } }).step();
  expect([await weight.item(), await bias.item()]).toEqual([1.5, 2]);
});

test('normalizeByGlobalNorm makes the length of all updates together 1, and leaves zeros', async () => {
  const list = [one([0, 0], [3000, 0]), one([0], [4000])];
  const resting = one([5], [0]);
  const transform = chain(normalizeByGlobalNorm(), scaleByLearningRate(1));
  new Optimizer(list, { transform, defaults: {} }).step();
  new Optimizer([resting], { transform, defaults: {} }).step();
  const moved = (await values(list)).flatMap((each) => [...(each as Float32Array)]);
  expect(moved).toEqual([expect.closeTo(-0.6, 6), 0, expect.closeTo(-0.8, 6)]);
  expect(await resting.item()).toBe(5);
});

test('a step of normalized-gradient descent is as long as the rate, whatever gradient and momentum', async () => {
  const p = one([0, 0], [1e-6, 0]);
  const optimizer = new NormalizedGradientDescent([p], { lr: 0.5, momentum: 1 });
  optimizer.step();
  expect(await p.tolist()).toEqual([expect.closeTo(-0.5, 6), 0]);
  // The buffer is (1e-6, 0) + (0, 1e-6): half of each direction.
  p.grad = tensor([0, 1e-6]);
  optimizer.step();
  const half = 0.5 / Math.SQRT2;
  expect(await p.tolist()).toEqual([expect.closeTo(-0.5 - half, 6), expect.closeTo(-half, 6)]);
});
