import { cpu } from '@evenkeel/backend-cpu';
import {
  cat,
  checkpoint,
  closeStep,
  compile,
  customGradient,
  defaultGenerator,
  Generator,
  grad,
  gradients,
  hostEffect,
  liveNumber,
  manualSeed,
  memory,
  noGrad,
  Parameter,
  rand,
  randn,
  recurrence,
  scope,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends, contents, expectAlike } from './twice.ts';

type Wrap = typeof checkpoint;
const plainly: Wrap = (fn) => fn;
type Left = Readonly<Record<string, Tensor | undefined>>;
/** Makes a step, some of whose functions may be checkpoints; what it leaves behind is compared. */
type Program = (wrap: Wrap) => () => Left;

const matrix = (rows: number, columns: number) => randn([rows, columns]).mul(0.5);
const weights = (...shapes: readonly [number, number][]) => shapes.map((shape) => new Parameter(matrix(...shape)));
const gradientsOf = (parameters: readonly Tensor[]): Left =>
  Object.fromEntries(parameters.map((p, i) => [`gradient ${i}`, p.grad]));

/** Calls `loss` of a program, differentiates it, and moves the parameters a little. */
function training(parameters: readonly Tensor[], loss: () => Tensor, others: Left = {}): () => Left {
  return () => {
    for (const p of parameters) p.grad = undefined;
    const value = loss();
    value.backward();
    const left = { loss: value.detach(), ...gradientsOf(parameters) };
    noGrad(() => {
      for (const p of parameters) if (p.grad) p.assign(p.sub(p.grad.mul(0.1)));
    });
    return { ...left, ...others };
  };
}

const programs: Record<string, Program> = {
  'captured parameters and an input that needs a gradient': (wrap) => {
    const [a, b, x] = weights([4, 8], [8, 4], [3, 4]) as [Tensor, Tensor, Tensor];
    const block = wrap((input: Tensor) =>
      input
        .sub(input.mean(-1, { keepdim: true }))
        .matmul(a)
        .tanh()
        .matmul(b)
        .sin(),
    );
    return training([a, b, x], () => block(block(x)).square().mean());
  },
  'an input that needs no gradient, and one that is not used': (wrap) => {
    const [a, unused] = weights([4, 8], [4, 8]) as [Tensor, Tensor];
    const x = matrix(3, 4).keep();
    const block = wrap((input: Tensor, _other: Tensor) => input.matmul(a).exp().sum(1).log());
    return training([a, unused], () => block(x, unused).square().sum());
  },
  'several results: in a tree, without a gradient, an input as it is': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const block = wrap((input: Tensor) => {
      const hidden = input.matmul(a).tanh();
      const mask = hidden.gt(0);
      return { list: [hidden.exp(), hidden.square().sum(0)], mask, input, twice: hidden, again: hidden };
    });
    return training([a, x], () => {
      const { list, mask, input, twice, again } = block(x);
      const [first, second] = list as [Tensor, Tensor];
      return first.mul(mask.to('float32')).add(second).add(input).mul(twice).add(again.sin()).sum();
    });
  },
  'a result that only part of the gradient passes through': (wrap) => {
    const [a, b, x] = weights([4, 4], [4, 4], [3, 4]) as [Tensor, Tensor, Tensor];
    const block = wrap((input: Tensor) => {
      const hidden = input.matmul(a).tanh();
      return [hidden.exp(), hidden.matmul(b).sigmoid().log(), hidden.cos()] as const;
    });
    return training([a, b, x], () => {
      const [first, , last] = block(x);
      return first.add(last.detach()).mean();
    });
  },
  'checkpoints in checkpoints': (wrap) => {
    const [a, b, x] = weights([4, 4], [4, 4], [3, 4]) as [Tensor, Tensor, Tensor];
    const inner = wrap((input: Tensor, weight: Tensor) => input.matmul(weight).tanh().exp().sub(input));
    const middle = wrap((input: Tensor) => inner(inner(input, a).sin(), b).cos());
    const outer = wrap((input: Tensor) => middle(middle(input).square().mul(0.1)).sigmoid());
    return training([a, b, x], () =>
      outer(inner(outer(x), a))
        .log()
        .sum(),
    );
  },
  'random draws, of two generators': (wrap) => {
    const [a, x] = weights([4, 8], [3, 4]) as [Tensor, Tensor];
    const own = new Generator(5);
    const block = wrap((input: Tensor) => {
      const hidden = input.matmul(a).tanh();
      const mask = rand(hidden.shape).ge(0.25).to('float32');
      rand([5]);
      return hidden
        .mul(mask)
        .mul(randn(hidden.shape, { generator: own }))
        .sin();
    });
    return training([a, x], () =>
      block(x)
        .add(block(x))
        .mul(rand([3, 8]))
        .sum(),
    );
  },
  'state that it assigns to': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const [mean, count] = [zeros([4]).contiguous().keep(), tensor(1).keep()];
    const block = wrap((input: Tensor) => {
      const hidden = input.matmul(a).tanh();
      noGrad(() => count.assign(count.add(1)));
      const before = hidden.add(mean).sin();
      noGrad(() => mean.assign(mean.mul(0.9).add(hidden.mean(0).div(count))));
      const scale = noGrad(() => mean.exp().add(count));
      noGrad(() => mean.assign(mean.sub(0.25)));
      return before.mul(scale).add(mean).exp();
    });
    return training([a, x], () => block(block(x).mul(0.01)).log().sum(), { mean, count });
  },
  'state that is assigned to between the passes': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const shift = zeros([4]).contiguous().keep();
    const block = wrap((input: Tensor) => input.add(shift).matmul(a).tanh().exp().mul(shift.add(1).square()));
    return training(
      [a, x],
      () => {
        const value = block(x).sin().sum();
        noGrad(() => shift.assign(shift.add(0.5)));
        return value;
      },
      { shift },
    );
  },
  'a tensor that is made and assigned to inside': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const block = wrap((input: Tensor) => {
      const own = tensor([1, 2, 3, 4]);
      const early = input.mul(own).sin();
      noGrad(() => own.assign(own.square()));
      return early.matmul(a).mul(own).cos();
    });
    return training([a, x], () => block(x).exp().sum());
  },
  'a gradient of its own': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const clipped = customGradient(
      (input) => input.tanh().mul(2),
      (cotangent, { inputs: [input], output }) => [cotangent.mul((input as Tensor).cos()).mul(output)],
    );
    const block = wrap((input: Tensor) => clipped(clipped(input.matmul(a)).exp()).sin());
    return training([a, x], () => block(x).sum());
  },
  'a gradient that is computed inside': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const penalty = wrap((input: Tensor) => {
      const slopes = grad((z) => z.matmul(a).tanh().sum())(input);
      return (slopes[0] as Tensor).square().sum(1).sqrt().sub(1).square();
    });
    return training([a, x], () => penalty(x.sin()).mean());
  },
  'second derivatives': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const block = wrap((input: Tensor) =>
      input
        .matmul(a)
        .tanh()
        .exp()
        .mul(rand([3, 4])),
    );
    return training([a, x], () => {
      const value = block(block(x).sin()).sum();
      const [slope] = gradients(value, [x], { createGraph: true }) as [Tensor];
      return slope.square().sum().add(value);
    });
  },
  'being differentiated twice': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const block = wrap((input: Tensor) => input.matmul(a).tanh().exp());
    return training([a, x], () => {
      const value = block(block(x).sin()).sum();
      value.backward(undefined, { retainGraph: true });
      return value;
    });
  },
  'parts that are joined with what there was': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const block = wrap((input: Tensor) => {
      const hidden = input.matmul(a).tanh();
      const joined = cat([input, hidden, zeros([3, 1]), hidden.cos()], 1);
      return joined.matmul(joined.transpose(0, 1)).sin();
    });
    return training([a, x], () => block(x).exp().sum());
  },
  'a recurrence': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    const block = wrap((input: Tensor) => {
      const { carry, outputs } = recurrence(
        ([h], [element], [w]) => {
          const next = (h as Tensor)
            .add(element as Tensor)
            .matmul(w as Tensor)
            .tanh();
          return { carry: [next], outputs: [next.exp()] };
        },
        { carry: [zeros([2, 4])], sequences: [input.sin().unsqueeze(1).expand([3, 2, 4])], shared: [a.mul(0.5)] },
      );
      return (carry[0] as Tensor)
        .sum(0)
        .add((outputs[0] as Tensor).log().mean([0, 1]))
        .cos();
    });
    return training([a, x], () => block(x).square().sum());
  },
  'a number that changes': (wrap) => {
    const [a, x] = weights([4, 4], [3, 4]) as [Tensor, Tensor];
    let rate = 1;
    const block = wrap((input: Tensor) => {
      hostEffect(() => {
        rate *= 0.5;
      });
      return input
        .matmul(a)
        .mul(liveNumber(() => rate))
        .tanh()
        .exp();
    });
    return training([a, x], () => block(block(x)).sum());
  },
};

const modes = {
  'as it is': { CAPTURE: '0' },
  compiled: {},
  'compiled without fusion': { FUSE: '0' },
} as const;

beforeEach(() => manualSeed(1));
afterEach(() => {
  delete process.env['FUSE'];
  delete process.env['CAPTURE'];
});

/** What some calls of a program leave behind, and where its random numbers are then. */
async function history(program: Program, wrap: Wrap): Promise<unknown[]> {
  manualSeed(1);
  const step = compile(program(wrap));
  const calls = [];
  for (let call = 0; call < 4; call++) calls.push(await contents(step()));
  return [...calls, defaultGenerator.getState()];
}

describe.each(backends)('checkpoint on %s', (where, backend) => {
  beforeEach(() => useBackend(backend()));

  describe.each(Object.entries(programs))('%s:', (_name, program) => {
    test.each(Object.entries(modes))('%s it gives what the function gives without', async (_mode, settings) => {
      Object.assign(process.env, settings);
      const expected = await history(program, plainly);
      expectAlike(where, await history(program, checkpoint), expected);
    });
  });

  test.each(Object.entries(modes))('%s the function itself runs once for each pass', (_mode, settings) => {
    Object.assign(process.env, settings);
    let [runs, effects] = [0, 0];
    const w = new Parameter(matrix(4, 4));
    const block = checkpoint((x: Tensor) => {
      runs++;
      hostEffect(() => {
        effects++;
      });
      return x.matmul(w).tanh().exp();
    });
    const step = compile((x: Tensor) => {
      w.grad = undefined;
      const loss = block(x).sum();
      loss.backward();
      return loss;
    });
    for (let call = 0; call < 4; call++) step(matrix(3, 4));
    expect(effects).toBe(4);
    expect(runs).toBe('CAPTURE' in settings ? 4 : 2);
  });
});

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
