import { cpu } from '@evenkeel/backend-cpu';
import {
  checkpoint,
  closeStep,
  customGradient,
  manualSeed,
  memory,
  noGrad,
  Parameter,
  recurrence,
  scope,
  type Tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { matrix, weights } from './matrices.ts';

beforeEach(() => manualSeed(1));

describe('the memory of a checkpoint', () => {
  beforeEach(() => {
    useBackend(cpu());
    // Setup ends with the first step of the process.
    closeStep();
    closeStep();
  });

  const [rows, columns, depth] = [32, 16, 8];
  const bytesOf = (numbers: number) => 4 * numbers;
  const activation = bytesOf(rows * columns);

  /** Blocks that keep six of their activations each for their gradients. */
  function blocks(): { x: Tensor; parameters: Parameter[]; each: ((x: Tensor) => Tensor)[] } {
    const parameters = Array.from({ length: depth }, () => new Parameter(matrix(columns, columns)));
    const block = (w: Tensor) => (x: Tensor) => x.matmul(w).tanh().exp().tanh().exp().tanh().exp();
    return { x: matrix(rows, columns).keep(), parameters, each: parameters.map(block) };
  }
  const chain = (each: readonly ((x: Tensor) => Tensor)[]) => (x: Tensor) => each.reduce((h, block) => block(h), x);
  /** Bytes that a forward pass leaves, and the most that there were at once until its gradient was there, more than before. */
  function measure(forward: (x: Tensor) => Tensor, x: Tensor, parameters: readonly Parameter[]) {
    const before = memory();
    const loss = forward(x).mean();
    const after = memory().bytes;
    loss.backward();
    const gradientBytes = bytesOf(parameters.reduce((sum, { size }) => sum + size, 0));
    const peak = memory().peakBytes - before.bytes;
    for (const p of parameters) p.grad = undefined;
    loss.release();
    closeStep();
    closeStep();
    return { held: (after - before.bytes) / activation, peak: (peak - gradientBytes) / activation, before };
  }

  test('between the passes holds what goes from block to block, and in the backward pass one block more', () => {
    const { x, parameters, each } = blocks();
    const { held, peak } = measure(chain(each.map((block) => checkpoint(block))), x, parameters);
    expect(held).toBeGreaterThan(depth - 1);
    expect(held).toBeLessThan(depth + 0.5);
    // One block's seven, a cotangent or two, and what the operation at hand makes.
    expect(peak).toBeLessThan(depth + 12);
    useBackend(cpu());
    const plain = blocks();
    expect(measure(chain(plain.each), plain.x, plain.parameters).held).toBeGreaterThan(6 * depth);
  });

  test('in one another holds what the outer one does, and an inner one at a time', () => {
    const { x, parameters, each } = blocks();
    const halves = [each.slice(0, 4), each.slice(4)].map((half) =>
      checkpoint(chain(half.map((block) => checkpoint(block)))),
    );
    const { held, peak } = measure(chain(halves), x, parameters);
    expect(held).toBeLessThan(2.5);
    expect(peak).toBeLessThan(2 + 4 + 12);
  });

  test('is given back after every step, also where nothing was differentiated', () => {
    const { x, parameters, each } = blocks();
    const forward = chain(each.map((block) => checkpoint(block)));
    measure(forward, x, parameters);
    const { bytes, tensors } = memory();
    for (let i = 0; i < 5; i++) measure(forward, x, parameters);
    expect(memory()).toMatchObject({ bytes, tensors });
    noGrad(() => forward(x)).release();
    forward(x).release();
    closeStep();
    closeStep();
    expect(memory()).toMatchObject({ bytes, tensors });
  });

  test('of state that it reads, assigns to and reads again is given back', () => {
    const { x, parameters } = blocks();
    const [w] = parameters as [Parameter];
    const state = zeros([rows, columns]).contiguous().keep();
    const forward = checkpoint((input: Tensor) => {
      const before = input.matmul(w).mul(state).tanh();
      noGrad(() => state.assign(state.add(before).mul(0.5)));
      noGrad(() => state.assign(state.sin()));
      return before.mul(state).exp();
    });
    measure(forward, x, [w]);
    const { bytes, tensors } = memory();
    for (let i = 0; i < 5; i++) measure(forward, x, [w]);
    expect(memory()).toMatchObject({ bytes, tensors });
  });

  test('from outside stays, however it is looked at', () => {
    const { x, parameters } = blocks();
    const [w] = parameters as [Parameter];
    let early: Tensor | undefined;
    const found = scope(() => {
      early = x.matmul(w).exp();
      return early.sum();
    });
    const seen = early as Tensor;
    const block = checkpoint((h: Tensor) => h.t().tanh().t().add(h).sin());
    expect(() => block(seen).sum().add(found).backward()).not.toThrow();
    expect(w.grad).toBeDefined();
  });

  test('holds nothing for a result that is not differentiated', () => {
    const { x, parameters } = blocks();
    const [w] = parameters as [Parameter];
    const forward = checkpoint((input: Tensor) => {
      // Nobody asks for this.
      input.matmul(w).exp().tanh();
      return input.matmul(w).tanh().exp();
    });
    expect(measure(forward, x, [w]).held).toBeLessThan(1.5);
    const { bytes, tensors } = memory();
    for (let i = 0; i < 5; i++) measure(forward, x, [w]);
    expect(memory()).toMatchObject({ bytes, tensors });
  });

  test('of a recurrence and of a gradient of its own is given back too', () => {
    const [w] = weights([columns, columns]) as [Parameter];
    const x = matrix(rows, columns).keep();
    const doubled = customGradient(
      (input) => input.mul(2),
      (cotangent) => [cotangent.mul(2)],
    );
    const forward = checkpoint((input: Tensor) => {
      const { outputs } = recurrence(
        ([h], [each], [u]) => ({
          carry: [
            (h as Tensor)
              .add(each as Tensor)
              .matmul(u as Tensor)
              .tanh(),
          ],
          outputs: [(h as Tensor).exp()],
        }),
        { carry: [zeros([1, columns])], sequences: [input.tanh().unsqueeze(1)], shared: [w] },
      );
      return doubled((outputs[0] as Tensor).squeeze(1).sin())
        .exp()
        .mean(0);
    });
    expect(measure(forward, x, [w]).held).toBeLessThan(0.5);
  });
});
