import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, StateDictError } from '@evenkeel/errors';
import { AdamW, ASGD, Muon, NAdam, SGD } from '@evenkeel/optimizers';
import { Parameter, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => useBackend(cpu()));

const parameter = (...values: number[]): Parameter => new Parameter(tensor(values));
const withGradient = (p: Parameter, ...gradient: number[]): Parameter => {
  p.grad = tensor(gradient);
  return p;
};

describe('parameter groups', () => {
  test('take what they do not set from the options', () => {
    const optimizer = new SGD([{ params: [parameter(1)] }, { params: [parameter(2)], lr: 0.5 }], {
      lr: 0.1,
      momentum: 0.9,
    });
    expect(optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
      [0.1, 0.9],
      [0.5, 0.9],
    ]);
  });

  test('move by their own rates', async () => {
    const [slow, fast] = [withGradient(parameter(1), 1), withGradient(parameter(1), 1)];
    new SGD([{ params: [slow], lr: 0.25 }, { params: [fast] }], { lr: 0.5 }).step();
    expect([await slow.item(), await fast.item()]).toEqual([0.75, 0.5]);
  });

  test('can be added later, and a parameter cannot come twice', async () => {
    const [first, second] = [parameter(1), withGradient(parameter(1), 1)];
    const optimizer = new SGD([first], { lr: 0.5 });
    optimizer.addParamGroup({ params: [second], lr: 0.25 });
    optimizer.step();
    expect(await second.item()).toBe(0.75);
    expect(() => optimizer.addParamGroup({ params: [first] })).toThrow(/same parameter twice/);
  });

  test('read a generator once, as model.parameters() may be', () => {
    function* parameters(): Generator<Parameter> {
      yield parameter(1);
      yield parameter(2);
    }
    expect(new SGD(parameters()).paramGroups[0]!.params).toHaveLength(2);
  });
});

describe('bad arguments are ConfigErrors that name value and expectation', () => {
  const p = (): Parameter => parameter(1);
  test.each<[string, () => unknown, RegExp]>([
    ['no parameters', () => new AdamW([]), /empty list/],
    ['one tensor instead of a list', () => new AdamW(p() as never), /list of parameters/],
    ['something else among the parameters', () => new AdamW([p(), 3 as never]), /3 at position 1/],
    ['a beta of 1', () => new AdamW([p()], { betas: [0.9, 1] }), /betas = \[0\.9,1\][\s\S]*two numbers in \[0, 1\)/],
    ['a negative eps', () => new AdamW([p()], { eps: -1e-8 }), /eps = -1e-8/],
    ['a negative weight decay', () => new AdamW([p()], { weightDecay: -1 }), /weightDecay = -1/],
    ['a rate that is no number', () => new AdamW([p()], { lr: Number.NaN }), /NaN/],
    ['a bad option of a group', () => new AdamW([{ params: [p()], betas: [2, 0] }]), /betas/],
    ['Nesterov without momentum', () => new SGD([p()], { nesterov: true }), /momentum > 0/],
    ['Muon on a vector', () => new Muon([p()]), /two dimensions/],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });

  test('the same parameter in two groups', () => {
    const shared = p();
    expect(() => new AdamW([{ params: [shared] }, { params: [p(), shared] }])).toThrow(
      /group 0, position 0 and in group 1, position 1/,
    );
  });
});

describe('a state dict', () => {
  test('has the structure and the keys of PyTorch', () => {
    const p = withGradient(parameter(1, 2), 1, 1);
    const optimizer = new AdamW([parameter(0), p], { lr: 0.1, amsgrad: true });
    optimizer.step();
    const { state, param_groups } = optimizer.stateDict();
    expect(param_groups).toEqual([
      { lr: 0.1, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.01, amsgrad: true, maximize: false, params: [0, 1] },
    ]);
    expect(Object.keys(state)).toEqual(['1']);
    expect(Object.keys(state[1]!)).toEqual(['step', 'exp_avg', 'exp_avg_sq', 'max_exp_avg_sq']);
    expect(state[1]!['step']).toBe(1);
  });

  test('keeps only what PyTorch keeps where a method has no step', () => {
    const p = withGradient(parameter(1), 1);
    const optimizer = new SGD([p], { momentum: 0.9 });
    optimizer.step();
    expect(Object.keys(optimizer.stateDict().state[0]!)).toEqual(['momentum_buffer']);
  });

  test('of another model is refused with everything that does not fit', () => {
    const optimizer = new AdamW([parameter(1, 2)]);
    const dict = optimizer.stateDict();
    const load = () =>
      optimizer.loadStateDict({
        state: { 0: { exp_avg: zeros([3]) }, 7: { step: 1 } },
        param_groups: [{ ...dict.param_groups[0]!, params: [0, 1] }, { params: [2] }],
      });
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(
      /2 parameter groups where there are 1; 2 parameters in group 0 where there are 1; exp_avg of parameter 0 is shape \[3\].*; state for parameter 7 of 1/,
    );
  });

  test('with switches of PyTorch that do not change the arithmetic is taken', () => {
    const optimizer = new AdamW([parameter(1)]);
    const [group] = optimizer.stateDict().param_groups;
    optimizer.loadStateDict({
      state: {},
      param_groups: [{ ...group!, lr: 0.5, foreach: null, fused: false, initial_lr: 0.1 }],
    });
    expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
    expect(Object.keys(optimizer.paramGroups[0]!)).not.toContain('fused');
  });

  test('does not tie two optimizers together', async () => {
    const [p, q] = [withGradient(parameter(1), 1), withGradient(parameter(1), 1)];
    const first = new AdamW([p]);
    first.step();
    const second = new AdamW([q]);
    second.loadStateDict(first.stateDict());
    const before = await (first.stateDict().state[0]!['exp_avg'] as Parameter).item();
    second.step();
    expect(await (first.stateDict().state[0]!['exp_avg'] as Parameter).item()).toBe(before);
  });
});

test('loading forgets what the optimizer remembered itself', () => {
  const p = withGradient(parameter(1), 1);
  const optimizer = new AdamW([p]);
  const fresh = optimizer.stateDict();
  optimizer.step();
  optimizer.loadStateDict(fresh);
  expect(optimizer.stateDict().state).toEqual({});
});

test('zeroGrad forgets gradients', () => {
  const p = withGradient(parameter(1), 1);
  new SGD([p]).zeroGrad();
  expect(p.grad).toBeUndefined();
});

test('maximize climbs', async () => {
  const p = withGradient(parameter(1), 1);
  new SGD([p], { lr: 0.5, maximize: true }).step();
  expect(await p.item()).toBe(1.5);
});

test('the first momentum buffer is the gradient itself, whatever the dampening', async () => {
  const p = withGradient(parameter(1), 1);
  const optimizer = new SGD([p], { lr: 0.5, momentum: 0.5, dampening: 0.75 });
  optimizer.step();
  expect(await p.item()).toBe(0.5);
  // buffer = 0.5 · 1 + 0.25 · 1
  optimizer.step();
  expect(await p.item()).toBe(0.5 - 0.5 * 0.75);
});

test("NAdam follows PyTorch 2 unless asked for PyTorch 1's factor", async () => {
  // The first step by hand: (1 + mu2 · 0.1 / (1 - mu1 · mu2)) · lr for a gradient of 1.
  const [mu1, mu2] = [1, 2].map((step) => 0.9 * (1 - 0.5 * 0.96 ** (step * 4e-3))) as [number, number];
  for (const [beforeTorch2, ahead] of [
    [false, mu1 * mu2],
    [true, mu1 * mu1 * mu2],
  ] as const) {
    const p = withGradient(parameter(1), 1);
    new NAdam([p], { lr: 0.5, beforeTorch2 }).step();
    expect(await p.item()).toBeCloseTo(1 - 0.5 * (1 + (mu2 * 0.1) / (1 - ahead)), 6);
  }
});

test('ASGD averages the parameters from t0 on', async () => {
  const p = withGradient(parameter(1), 1);
  const optimizer = new ASGD([p], { lr: 0.25, lambd: 0, t0: 1 });
  const average = async (): Promise<number> => (optimizer.stateDict().state[0]!['ax'] as Parameter).item();
  const averages: number[] = [];
  for (let step = 0; step < 4; step++) {
    optimizer.step();
    averages.push(await average());
  }
  // p is 0.75, 0.5, 0.25, 0; mu is 1 up to step t0 + 2, then 1/2.
  expect(averages).toEqual([0.75, 0.5, 0.25, 0.125]);
});
