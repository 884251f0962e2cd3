import {
  cat,
  checkpoint,
  compile,
  customGradient,
  defaultGenerator,
  Generator,
  grad,
  gradients,
  hostEffect,
  liveNumber,
  manualSeed,
  noGrad,
  Parameter,
  rand,
  randn,
  recurrence,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { matrix, weights } from './matrices.ts';
import { backends, contents, expectAlike } from './twice.ts';

type Wrap = typeof checkpoint;
const plainly: Wrap = (fn) => fn;
type Left = Readonly<Record<string, Tensor | undefined>>;
/** Makes a step, some of whose functions may be checkpoints; what it leaves behind is compared. */
type Program = (wrap: Wrap) => () => Left;

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
