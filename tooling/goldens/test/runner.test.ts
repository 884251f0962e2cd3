import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GoldenCase, type GoldenTensors, readCases } from '../src/case.ts';
import { notYet } from '../src/not-yet.ts';
import { enter, passesOf } from '../src/passes.ts';
import { runCase } from '../src/run-case.ts';

const cases = readCases(join(import.meta.dirname, '../cases'));
const [, float32] = passesOf('all');
beforeAll(() => enter(float32!));

const named = (name: string): GoldenCase => cases.find((golden) => golden.name === name)!;
const problemsOf = async (golden: GoldenCase): Promise<string> => (await runCase(golden)).problems.join(' | ');

/** A copy in which every number of the given field is wrong by a per mille. */
function spoiled(golden: GoldenCase, field: 'outputs' | 'grads' | 'grad_of_grad'): GoldenCase {
  const tensors: GoldenTensors = structuredClone(golden[field] ?? {});
  for (const each of Object.values(tensors)) {
    each.data = each.data.map((value) =>
      typeof value === 'number' ? (each.dtype === 'float64' ? value * 1.001 + 0.001 : 1 - value) : value,
    );
  }
  return { ...golden, [field]: tensors };
}

describe('a wrong number is a failure', () => {
  const byFile = new Map(
    cases.filter(({ op, mode }) => !notYet.has(op) && mode !== 'distribution').map((golden) => [golden.file, golden]),
  );
  test.each([...byFile].map(([file, golden]) => [file, golden.name, golden] as const))(
    'among the outputs: %s %s',
    async (_file, _name, golden) => {
      expect(await problemsOf(golden)).toBe('');
      expect(await problemsOf(spoiled(golden, 'outputs'))).toMatch(/got .*, want .*allowed/);
    },
  );

  test('among the gradients of inputs and of parameters', async () => {
    const golden = named('nn.Linear');
    const spoiledGrads = spoiled(golden, 'grads');
    expect(await problemsOf(spoiledGrads)).toMatch(/grad of input\[0, 0\]: got .* grad of weight.* grad of bias/);
  });

  test('among second derivatives', async () => {
    expect(await problemsOf(spoiled(named('compose/second'), 'grad_of_grad'))).toMatch(/grad of grad of x/);
  });

  test('where a gradient is missing', async () => {
    const golden = named('torch.add');
    const grads = { ...golden.grads, c: golden.grads['a']! };
    expect(await problemsOf({ ...golden, grads })).toBe('grad of c: missing');
  });

  test('in the shape alone', async () => {
    const golden = structuredClone(named('torch.add'));
    golden.outputs['output']!.shape = [3, 2];
    expect(await problemsOf(golden)).toBe('output: shape [2, 3], want [3, 2]');
  });

  test('in a distribution', async () => {
    for (const name of ['nn.init.xavier_uniform_', 'nn.init.normal_', 'nn.Linear/reset_parameters']) {
      const golden = structuredClone(named(name));
      expect(await problemsOf(golden)).toBe('');
      for (const each of Object.values(golden.outputs)) each.data = each.data.map((value) => Number(value) * 1.2 + 0.1);
      expect(await problemsOf(golden)).toMatch(/got/);
    }
  });
});

describe('what the runner does not know is a failure that names it', () => {
  const expr = (call: string): GoldenCase => ({ ...named('torch.add'), attrs: {}, call });
  test.each<[string, GoldenCase, RegExp]>([
    ['an operation', expr('output = torch.frobnicate(a, b)'), /torch\.frobnicate is not in the runner's tables/],
    ['a method', expr('output = a.frobnicate(b)'), /Tensor\.frobnicate/],
    [
      'an option in the program',
      expr('output = torch.add(a, b, beta=2.0)'),
      /torch\.add is not known with the option beta/,
    ],
    ['an argument too many', expr('output = torch.sub(a, b, 1, 2)'), /torch\.sub is not known with 4 arguments/],
    ['an attribute', { ...named('torch.add'), attrs: { gamma: 2 } }, /attribute gamma = 2/],
    [
      'an attribute of a formula',
      { ...named('nn.RMSNorm'), attrs: { ...named('nn.RMSNorm').attrs, gamma: 2 } },
      /gamma|rmsNorm/,
    ],
    [
      'another program of a known op',
      { ...named('tutorial.LayerNormStd'), call: 'output = x' },
      /does not know this program: output = x/,
    ],
    [
      'an option of an optimizer',
      { ...named('optim.SGD'), attrs: { ...named('optim.SGD').attrs, gamma: 2 } },
      /SGD has no option gamma/,
    ],
    ['an optimizer', { ...named('optim.SGD'), op: 'optim.LBFGS' }, /no LBFGS/],
    [
      'an option of a schedule',
      { ...named('optim.lr_scheduler.StepLR'), attrs: { ...named('optim.lr_scheduler.StepLR').attrs, gama: 2 } },
      /gamma/,
    ],
    ['a schedule', { ...named('optim.lr_scheduler.StepLR'), op: 'optim.lr_scheduler.FooLR' }, /fooLR/],
    ['an initializer', { ...named('nn.init.normal_'), op: 'nn.init.abnormal_' }, /nn\.init\.abnormal_/],
    ['a mode', { ...named('torch.add'), mode: 'guess' }, /mode guess/],
    ['a loop', expr('for x in [a, b]: output = x'), /does not read/],
    ['a second program in one line', expr('output = a; b'), /does not read/],
  ])('%s', async (_what, golden, message) => {
    expect(await problemsOf(golden)).toMatch(message);
  });
});
