import { cpu } from '@evenkeel/backend-cpu';
import {
  checkpoint,
  compile,
  manualSeed,
  noGrad,
  Parameter,
  rand,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { matrix, weights } from './matrices.ts';
import { contents } from './twice.ts';

type Wrap = typeof checkpoint;
const plainly: Wrap = (fn) => fn;

beforeEach(() => manualSeed(1));

describe('a checkpoint', () => {
  beforeEach(() => useBackend(cpu()));

  test('just runs where nothing is differentiated', async () => {
    const w = new Parameter(matrix(4, 4));
    const result = noGrad(() => checkpoint((x: Tensor) => x.matmul(w))(matrix(2, 4)));
    expect(result.requiresGrad).toBe(false);
    expect(checkpoint((x: Tensor) => x.exp())(matrix(2, 4)).requiresGrad).toBe(false);
  });

  test('needs a function that returns tensors, and at once', () => {
    expect(() => checkpoint(async (x: Tensor) => x.exp())(matrix(2, 2))).toThrow(/async/);
    expect(() => checkpoint(() => 3)()).toThrow(/returns tensors[\s\S]*3/);
    expect(() => compile(() => checkpoint(() => undefined)())()).toThrow(/returns tensors/);
  });

  test('that throws leaves nothing behind', async () => {
    const w = new Parameter(tensor([1, 2]));
    const block = checkpoint((x: Tensor) => {
      const y = x.mul(w).exp();
      if (x.size === 1) throw new Error('no');
      return y;
    });
    expect(() => block(tensor(1))).toThrow('no');
    block(tensor([0, 0]))
      .sum()
      .backward();
    expect(await w.grad?.tolist()).toEqual([0, 0]);
    w.square().sum().backward();
    expect(await w.grad?.tolist()).toEqual([2, 4]);
  });

  test('releases what it made and did not return, except what is kept', async () => {
    const w = new Parameter(tensor([1, 2]));
    const seen: Tensor[] = [];
    const block = checkpoint((x: Tensor) => {
      const hidden = x.mul(w).exp();
      seen.push(hidden, hidden.mul(2).keep());
      return hidden.tanh();
    });
    const loss = block(tensor([0, 0])).sum();
    const [hidden, kept] = seen as [Tensor, Tensor];
    await expect(hidden.data()).rejects.toThrow(/released[\s\S]*keep\(\)/);
    expect(await kept.tolist()).toEqual([2, 2]);
    loss.backward();
    expect(await kept.tolist()).toEqual([2, 2]);
    expect(w.grad).toBeDefined();
  });

  test('computes anew what is used of it outside, in a compiled function', async () => {
    const x = matrix(3, 4);
    const w = new Parameter(matrix(4, 4));
    const step = (wrap: Wrap) => () => {
      const seen: Tensor[] = [];
      w.grad = undefined;
      const block = wrap((input: Tensor) => {
        const hidden = input.matmul(w).tanh();
        seen.push(hidden, rand(hidden.shape));
        return hidden.exp();
      });
      const [value, [hidden, drawn]] = [block(x), seen as [Tensor, Tensor]];
      value.sum().add(hidden.mul(drawn).sum()).backward();
      return { hidden, drawn, value, gradient: w.grad };
    };
    const results = [];
    for (const wrap of [checkpoint, plainly]) {
      manualSeed(2);
      const run = compile(step(wrap));
      for (let call = 0; call < 3; call++) results.push(await contents(run()));
    }
    expect(results.slice(0, 3)).toEqual(results.slice(3));
  });

  test('that leaked out of a compiled function says so, and the function goes on', async () => {
    const w = new Parameter(matrix(4, 4));
    let leak: Tensor | undefined;
    const step = compile((x: Tensor) => {
      leak = checkpoint((input: Tensor) => input.matmul(w).tanh().exp())(x).sum();
      return x.add(1);
    });
    for (let call = 0; call < 4; call++) {
      expect(await step(tensor([[1, 2, 3, 4]])).tolist()).toEqual([[2, 3, 4, 5]]);
      if (call < 2) expect(() => leak?.backward()).toThrow(/compiled function/);
    }
    expect(step.counters).toEqual({ recorded: 2, replayed: 2, planned: 1 });
  });

  test('lets go of the computation as others do', () => {
    const w = new Parameter(tensor([1, 2]));
    const loss = checkpoint((x: Tensor) => x.mul(w).exp())(tensor([1, 1])).sum();
    loss.backward();
    expect(() => loss.backward()).toThrow(/already differentiated/);
  });

  test('gives tensors from outside back as they are', () => {
    const [w, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const hidden = x.matmul(w);
    const [same, parameter, other] = checkpoint((h: Tensor) => [h, w, h.exp()] as const)(hidden);
    expect([same === hidden, parameter === w, other.requiresGrad]).toEqual([true, true, true]);
  });

  test('leaves the gradient of a result that asks for it', async () => {
    const w = new Parameter(tensor([1, 2]));
    const middle = checkpoint((x: Tensor) => x.mul(w).exp())(tensor([0, 0])).retainGrad();
    middle
      .mul(tensor([3, 4]))
      .sum()
      .backward();
    expect(await middle.grad?.tolist()).toEqual([3, 4]);
  });

  test('may be used in a compiled function that is called in another checkpoint', async () => {
    const x = matrix(3, 4);
    const inner = compile((input: Tensor) => {
      const leaf = input.detach();
      leaf.requiresGrad = true;
      checkpoint((z: Tensor) => z.tanh().exp().sin())(leaf)
        .sum()
        .backward();
      return (leaf.grad as Tensor).mul(rand(leaf.shape));
    });
    const start = matrix(4, 4);
    const results = [];
    for (const wrap of [checkpoint, plainly]) {
      manualSeed(3);
      const w = new Parameter(start);
      const forward = wrap((input: Tensor) => inner(input.detach()).add(input.matmul(w)).tanh());
      for (let i = 0; i < 4; i++) forward(x).sum().backward();
      results.push(await w.grad?.tolist());
    }
    expect(results[0]).toEqual(results[1]);
  });
});
