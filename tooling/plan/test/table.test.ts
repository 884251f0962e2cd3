/** What plans must reach: the table in the design. */
import '@evenkeel/tensor/methods';
import { nullBackend } from '@evenkeel/backend-null';
import type { Plan } from '@evenkeel/compiler';
import { Dropout, LayerNorm, Linear, RMSNorm, Sequential, Tanh } from '@evenkeel/nn-layers';
import { AdamW, clipGradNorm, noDecayOnNormsAndBiases } from '@evenkeel/optimizers';
import { cat, compile, Parameter, rand, type Tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, expect, test } from 'vitest';
import { figuresOf } from '../src/figures.ts';
import { type MakeProgram, programs } from '../src/programs.ts';

beforeEach(() => useBackend(nullBackend()));

/** Kernels that a function launches once it is compiled. */
function kernelsOf(fn: (x: Tensor) => unknown, x: Tensor): number {
  const compiled = compile(fn);
  for (let call = 0; call < 3; call++) compiled(x);
  expect(compiled.counters.replayed, 'calls that ran the program alone').toBe(1);
  return figuresOf(compiled.plans()[0] as Plan).kernels;
}

const rows = () => rand([32, 48]);

test.each<[string, number, (x: Tensor) => Tensor]>([
  ['a chain of elementwise operations', 1, (x) => x.mul(2).tanh().add(1).exp().sub(x).abs().sqrt()],
  ['softmax', 1, (x) => x.softmax(-1)],
  ['logSoftmax', 1, (x) => x.logSoftmax(-1)],
  ['softmax and a full reduction after it', 2, (x) => x.softmax(-1).square().sum()],
])('%s is planned as %i kernels or fewer', (_name, most, fn) => {
  expect(kernelsOf(fn, rows())).toBeLessThanOrEqual(most);
});

test.each([
  ['LayerNorm', () => new LayerNorm([48])],
  ['RMSNorm', () => new RMSNorm([48])],
])('%s is one kernel forward', (_name, make) => {
  const layer = make();
  expect(kernelsOf((x) => layer.call(x), rows())).toBe(1);
});

test('LayerNorm backward is at most two kernels more', () => {
  const layer = new LayerNorm([48]);
  const [input, weights] = [new Parameter(rows()), rows()];
  const leaves = [input, ...layer.parameters()];
  const forward = () => layer.call(input).mul(weights).sum();
  const backward = () => {
    for (const leaf of leaves) leaf.grad = undefined;
    forward().backward();
    return leaves.map(({ grad }) => grad);
  };
  expect(kernelsOf(backward, rows())).toBeLessThanOrEqual(kernelsOf(forward, rows()) + 2);
});

test('bias, activation, dropout and residual after a product are no kernels of their own', () => {
  const model = new Sequential(new Linear(48, 48), new Tanh(), new Dropout(0.1));
  const plain = new Linear(48, 48, { bias: false });
  const drawn = (x: Tensor) => new Dropout(0.1).call(x);
  // Drawing random bits is a routine; what is made of them is not.
  expect(kernelsOf((x) => model.call(x).add(x), rows())).toBeLessThanOrEqual(
    kernelsOf((x) => plain.call(x), rows()) + kernelsOf(drawn, rows()) - 1,
  );
});

type End = 'gradients' | 'update';

/** A step of a model of many parameters of all sizes, to the gradients, joined, or to the end with clipping and AdamW. */
function deepStep(end: End, groups: 'one' | 'two' = 'one'): (x: Tensor) => unknown {
  const model = deep();
  const parameters = model.parameters();
  const grouped = groups === 'one' ? parameters : noDecayOnNormsAndBiases(model.namedParameters());
  const optimizer = new AdamW(grouped, { lr: 1e-3, weightDecay: 0.1 });
  return (x) => {
    optimizer.zeroGrad();
    model.call(x).square().sum().backward();
    if (end === 'gradients') {
      const joined = cat(parameters.map(({ grad }) => (grad as Tensor).flatten()));
      optimizer.zeroGrad();
      return joined;
    }
    clipGradNorm(parameters, 1);
    optimizer.step();
    return undefined;
  };
}

function deep(): Sequential {
  const widths = [48, 16, 33, 64, 7, 7, 24, 50, 48, 1];
  return new Sequential(
    ...widths
      .slice(1)
      .flatMap((width, i) => [new Linear(widths[i] as number, width), new Tanh(), new LayerNorm([width])]),
  );
}

test.each([
  ['one group', 3, 'one'],
  ['two groups, one of which decays', 4, 'two'],
] as const)(
  'clipping by the global norm and AdamW with %s are at most %i kernels for a whole model',
  (_name, most, groups) => {
    const [all, gradients] = [kernelsOf(deepStep('update', groups), rows()), kernelsOf(deepStep('gradients'), rows())];
    expect(all - gradients).toBeGreaterThan(0);
    expect(all - gradients).toBeLessThanOrEqual(most);
  },
);

test('a training step of the GPT of six blocks is at most 200 kernels, in at most 60 % of what they write', () => {
  const step = (programs.gpt6 as MakeProgram)();
  const { kernels, plannedBytes, intermediateBytes } = figuresOf(step.plans()[0] as Plan);
  expect(kernels).toBeLessThanOrEqual(200);
  expect(plannedBytes / intermediateBytes).toBeLessThanOrEqual(0.6);
});

// WebGPU promises eight; a selection takes four. The null backend refuses to prepare a kernel with more than its limit.
test.each(
  Object.entries(programs).flatMap(([name, make]) => [8, 4].map((bindings) => [name, bindings, make] as const)),
)('%s is planned for a device whose kernels bind %i memories', (_name, bindings, make) => {
  useBackend(nullBackend({ bindings }));
  expect(make().counters.replayed).toBe(1);
});

test('eight bindings to a kernel cost the GPT of six blocks no kernels beyond its 200', () => {
  useBackend(nullBackend({ bindings: 8 }));
  const [plan] = (programs.gpt6 as MakeProgram)().plans() as [Plan];
  expect(figuresOf(plan).kernels).toBeLessThanOrEqual(200);
});
