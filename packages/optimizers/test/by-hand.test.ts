import { cpu } from '@evenkeel/backend-cpu';
import { Adam, AdamW, ASGD, Lion, type Optimizer, Rprop, SGD } from '@evenkeel/optimizers';
import { Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

// Two or three steps of one number, worked out on paper; tooling/goldens holds every optimizer against PyTorch.
async function path(start: number, gradients: number[], make: (p: Parameter) => Optimizer<never>): Promise<number[]> {
  const p = new Parameter(tensor([start]));
  const optimizer = make(p);
  const values: number[] = [];
  for (const gradient of gradients) {
    p.grad = tensor([gradient]);
    optimizer.step();
    values.push(await p.item());
  }
  return values;
}

const near = (...values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 5));

test('weight decay pulls to zero', async () => {
  const values = await path(2, [1], (p) => new SGD([p], { lr: 0.5, weightDecay: 0.25 }) as never);
  expect(values).toEqual(near(2 - 0.5 * (1 + 0.25 * 2)));
});

test("Adam's decay is part of the gradient, AdamW's is not", async () => {
  const options = { lr: 0.5, weightDecay: 0.25 };
  // The first step of Adam is lr whatever the gradient's size.
  expect(await path(2, [1], (p) => new Adam([p], options) as never)).toEqual(near(2 - 0.5));
  expect(await path(2, [1], (p) => new AdamW([p], options) as never)).toEqual(near(2 - 0.5 * (1 + 0.25 * 2)));
});

test('amsgrad divides by the largest average so far', async () => {
  const options = { lr: 1, betas: [0, 0.5] as const, eps: 0 };
  // v is 0.5, then 0.25; the correction is 0.5, then 0.75; the second gradient is 0, so only m = 0 would move: nothing does.
  // The third: v is 0.5 · 0.25 + 0.5 · 0.25² without, and stays 0.5 with amsgrad; the correction is 0.875.
  const gradients = [1, 0, 0.25];
  const v = 0.5 * 0.25 + 0.5 * 0.25 ** 2;
  expect(await path(0, gradients, (p) => new Adam([p], options) as never)).toEqual(
    near(-1, -1, -1 - 0.25 / Math.sqrt(v / 0.875)),
  );
  const amsgrad = { ...options, amsgrad: true };
  expect(await path(0, gradients, (p) => new Adam([p], amsgrad) as never)).toEqual(
    near(-1, -1, -1 - 0.25 / Math.sqrt(0.5 / 0.875)),
  );
});

test('ASGD slows down and decays', async () => {
  const values = await path(1, [1, 1], (p) => new ASGD([p], { lr: 0.5, lambd: 1, alpha: 1 }) as never);
  const first = 1 - 0.5 * (1 + 1);
  const eta = 0.5 / (1 + 1 * 0.5 * 1);
  expect(values).toEqual(near(first, first - eta * (1 + first)));
});

test('ASGD under a falling rate goes as PyTorch does, which computes a step’s rate at the end of the step before', async () => {
  const p = new Parameter(tensor([1, -2]));
  const optimizer = new ASGD([p], { lr: 0.5, lambd: 0.1, alpha: 0.75, t0: 2 });
  const [path, etas]: [number[][], number[]] = [[], []];
  for (let step = 0; step < 5; step++) {
    optimizer.paramGroups[0]!.lr = 0.5 ** (step + 1);
    // The gradient of ½ (p - 1)² + ¼ p.
    p.grad = p.detach().sub(0.75);
    optimizer.step();
    path.push((await p.tolist()) as number[]);
    etas.push(optimizer.stateDict().state[0]!['eta'] as number);
  }
  // torch.optim.ASGD of PyTorch 1.13 in float64; PyTorch 2's arithmetic is the same.
  expect(path).toEqual([
    near(0.825, -0.525),
    near(0.7490795824, 0.1149006625),
    near(0.7312473126, 0.2652012221),
    near(0.724635895, 0.320926028),
    near(0.7217461916, 0.3452820997),
  ]);
  expect(etas).toEqual(near(0.4820343973, 0.2410171987, 0.1215959007, 0.0613531858, 0.0308887252));
  const average = optimizer.stateDict().state[0]!['ax'] as Tensor;
  expect(await average.tolist()).toEqual(near(0.723191043, 0.3331040639));
});

test('Rprop hurries while the sign stays and halves where it flips, without a step there', async () => {
  const values = await path(0, [1, 1, -1, -1], (p) => new Rprop([p], { lr: 0.5, etas: [0.5, 2] }) as never);
  // Steps: 0.5; twice that; none at the flip (the pace is 0.5 again); 0.5 back, the gradient before having been set to 0.
  expect(values).toEqual(near(-0.5, -1.5, -1.5, -1));
});

test('Lion goes by the sign of an average that remembers', async () => {
  const values = await path(0, [4, -1, -1], (p) => new Lion([p], { lr: 1, betas: [0.5, 0.5] }) as never);
  // m is 2 after the first step, so 0.5 · 2 - 0.5 > 0 moves on; then m is 0.5, and 0.5 · 0.5 - 0.5 < 0 turns back.
  expect(values).toEqual(near(-1, -2, -1));
});
