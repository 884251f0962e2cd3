import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, DTypeError, ShapeError } from '@evenkeel/errors';
import {
  gradients,
  manualSeed,
  randn,
  setDefaultDtype,
  type Tensor,
  type TensorData,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CTCLoss, ctcLoss } from '../src/index.ts';
import { distance } from './support/reference.ts';

beforeEach(() => {
  useBackend(cpu());
  setDefaultDtype('float64');
  manualSeed(5);
});
afterEach(() => setDefaultDtype('float32'));

const classes = (values: TensorData): Tensor => tensor(values, { dtype: 'int32' });

/** What a path reads as: repetitions once, then without blanks. */
function reading(path: readonly number[], blank: number): string {
  return path.filter((label, step) => label !== blank && label !== path[step - 1]).join();
}

/** The loss by its definition: over every one of the Cᵀ paths. */
function byPaths(logProbs: readonly (readonly number[])[], target: readonly number[], blank: number): number {
  let total = 0;
  const visit = (path: readonly number[], logarithm: number): void => {
    const row = logProbs[path.length];
    if (row) for (const [label, value] of row.entries()) visit([...path, label], logarithm + value);
    else if (reading(path, blank) === target.join()) total += Math.exp(logarithm);
  };
  visit([], 0);
  return -Math.log(total);
}

const targets = [[1, 2], [1, 1], [2], []];

test.each([0, 2])('is −log of the sum over every path that reads as the target, with blank %s', async (blank) => {
  const swap = (label: number): number => (label === blank ? 0 : label);
  const rows = targets.map((target) => target.map(swap));
  const logProbs = randn([5, 4, 3]).logSoftmax(-1);
  const inputLengths = [5, 4, 3, 2];
  const padded = classes(rows.map((row) => [...row, 99, 99].slice(0, 2)));
  const losses = ctcLoss(
    logProbs,
    padded,
    inputLengths,
    rows.map((row) => row.length),
    { blank, reduction: 'none' },
  );
  const values = (await logProbs.transpose(0, 1).tolist()) as number[][][];
  const wanted = rows.map((row, index) => byPaths((values[index] ?? []).slice(0, inputLengths[index]), row, blank));
  expect(await distance(losses, tensor(wanted))).toBeLessThan(1e-12);
});

test('takes targets in one row, lengths as tensors, and a single sequence', async () => {
  const logProbs = randn([6, 4, 3]).logSoftmax(-1);
  const lengths = targets.map((target) => target.length);
  const padded = classes([
    [1, 2],
    [1, 1],
    [2, 0],
    [0, 0],
  ]);
  const inputs = [6, 5, 4, 3];
  const none = { reduction: 'none' } as const;
  const losses = ctcLoss(logProbs, padded, inputs, lengths, none);
  const inOneRow = classes(targets.flat());
  expect(await distance(ctcLoss(logProbs, inOneRow, inputs, lengths, none), losses)).toBeLessThan(1e-12);
  expect(await distance(ctcLoss(logProbs, inOneRow, classes(inputs), classes(lengths), none), losses)).toBeLessThan(
    1e-12,
  );
  const alone = ctcLoss(logProbs.select(1, 1).narrow(0, 0, 5), classes([1, 1]), 5, 2, none);
  expect(await distance(alone, losses.select(0, 1))).toBeLessThan(1e-12);

  // The mean is over each loss by its target's length, an empty target counting as 1.
  const [a = 0, b = 0, c = 0, d = 0] = (await losses.tolist()) as number[];
  const mean = await new CTCLoss().call(logProbs, padded, inputs, lengths).item();
  expect(mean).toBeCloseTo((a / 2 + b / 2 + c + d) / 4, 12);
  expect(await ctcLoss(logProbs, padded, inputs, lengths, { reduction: 'sum' }).item()).toBeCloseTo(a + b + c + d, 12);
});

test('has the slope of finite differences in the logits', async () => {
  const logits = randn([5, 2, 3]);
  const lossOf = (x: Tensor): Tensor =>
    ctcLoss(
      x.logSoftmax(-1),
      classes([
        [1, 2],
        [1, 1],
      ]),
      [5, 3],
      [2, 2],
      { reduction: 'sum' },
    );
  logits.requiresGrad = true;
  const [gradient] = gradients([lossOf(logits)], [logits]) as [Tensor];
  const found = await gradient.data();
  const values = await logits.data();
  const step = 1e-5;
  for (let index = 0; index < values.length; index++) {
    const moved = (by: number): Tensor => {
      const copy = Float64Array.from(values, Number);
      copy[index] = Number(copy[index]) + by;
      return tensor(copy, { shape: logits.shape, dtype: 'float64' });
    };
    const slope = ((await lossOf(moved(step)).item()) - (await lossOf(moved(-step)).item())) / (2 * step);
    expect(Number(found[index])).toBeCloseTo(slope, 8);
  }
});

test('has PyTorch’s gradient in the log-probabilities: it sums to 0 at each step, and is 0 beyond the end', async () => {
  // PyTorch's is e^logProbs − posterior, and both sum to 1 over the classes; the plain derivative is −posterior.
  const logProbs = randn([5, 2, 3]).logSoftmax(-1).detach();
  logProbs.requiresGrad = true;
  const loss = ctcLoss(
    logProbs,
    classes([
      [1, 2],
      [1, 1],
    ]),
    [5, 3],
    [2, 2],
    { reduction: 'sum' },
  );
  const [gradient] = gradients([loss], [logProbs]) as [Tensor];
  expect(await distance(gradient.sum(-1), zeros([5, 2]))).toBeLessThan(1e-12);
  expect(await gradient.select(1, 1).narrow(0, 3, 2).abs().max().item()).toBe(0);
  // Three steps can read as 1, 1 in one way only: 1, blank, 1.
  const posterior = tensor([
    [0, 1, 0],
    [1, 0, 0],
    [0, 1, 0],
  ]);
  const wanted = logProbs.select(1, 1).narrow(0, 0, 3).exp().sub(posterior);
  expect(await distance(gradient.select(1, 1).narrow(0, 0, 3), wanted)).toBeLessThan(1e-12);
});

test.each([false, true])(
  'a target that does not fit costs infinity, or nothing with zeroInfinity %s',
  async (zeroInfinity) => {
    const logits = randn([2, 2, 3]);
    logits.requiresGrad = true;
    const targets = classes([
      [1, 1],
      [1, 2],
    ]);
    const losses = ctcLoss(logits.logSoftmax(-1), targets, [2, 2], [2, 2], { reduction: 'none', zeroInfinity });
    expect(await losses.select(0, 0).item()).toBe(zeroInfinity ? 0 : Number.POSITIVE_INFINITY);
    const [gradient] = gradients([losses.sum()], [logits]) as [Tensor];
    expect(await gradient.select(1, 0).abs().max().item()).toBe(0);
    expect(await gradient.select(1, 1).abs().max().item()).toBeGreaterThan(0.01);
  },
);

test('stays finite and right in float32 for logits of ±1e4 and hundreds of steps', async () => {
  useBackend(wasm());
  setDefaultDtype('float32');
  // Sure of 1 at every step: reading it as 1 costs nothing, as 2 it costs 2e4 at one step at least.
  const logits = tensor([-1e4, 1e4, -1e4]).expand([300, 2, 3]).contiguous().detach();
  logits.requiresGrad = true;
  const losses = ctcLoss(
    logits.logSoftmax(-1),
    classes([
      [1, 0],
      [1, 2],
    ]),
    [300, 300],
    [1, 2],
    { reduction: 'none' },
  );
  const [sure, unsure] = (await losses.tolist()) as [number, number];
  expect(sure).toBe(0);
  expect(unsure).toBe(20000);
  const [gradient] = gradients([losses.sum()], [logits]) as [Tensor];
  expect(await gradient.isfinite().all().item()).toBe(1);
});

test('says what does not fit', () => {
  const logProbs = zeros([4, 2, 3]);
  const target = classes([
    [1, 2],
    [1, 1],
  ]);
  expect(() => ctcLoss(logProbs, target, [5, 4], [2, 2])).toThrow(/inputLengths.*4/s);
  expect(() => ctcLoss(logProbs, target, [4, 4], [2, 3])).toThrow(/targetLengths.*2/s);
  expect(() => ctcLoss(logProbs, target, [4], [2, 2])).toThrow(ShapeError);
  expect(() => ctcLoss(logProbs, classes([[1]]), [4, 4], [1, 1])).toThrow(ShapeError);
  expect(() => ctcLoss(logProbs, target.to('float64'), [4, 4], [2, 2])).toThrow(DTypeError);
  expect(() => ctcLoss(logProbs, target, [4, 4], [2, 2], { blank: 3 })).toThrow(ConfigError);
});
