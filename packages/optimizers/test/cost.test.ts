import { cpu } from '@evenkeel/backend-cpu';
import { AdamW, clipGradNorm, GradScaler, SGD } from '@evenkeel/optimizers';
import { memory, Parameter, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { afterEach, expect, test } from 'vitest';

afterEach(() => useBackend(cpu()));

/** Programs launched by one step over `count` parameters, after a first step that makes the state. */
function launchesPerStep(make: (parameters: Parameter[]) => () => void, count: number): number {
  const backend = cpu();
  let launches = 0;
  useBackend({
    ...backend,
    run(prepared, bindings) {
      launches++;
      backend.run(prepared, bindings);
    },
  });
  const parameters = Array.from({ length: count }, () => new Parameter(zeros([4, 4])));
  const step = make(parameters);
  const once = (): void => {
    for (const parameter of parameters) parameter.grad = zeros([4, 4]).clone();
    step();
  };
  once();
  for (const parameter of parameters) parameter.grad = zeros([4, 4]).clone();
  launches = 0;
  step();
  return launches;
}

// Until compile() makes one kernel of a whole update, each operation is a launch: these are the counts to keep low.
test.each<[string, number, (parameters: Parameter[]) => () => void]>([
  ['SGD', 2, (parameters) => () => new SGD(parameters).step()],
  ['AdamW without decay', 13, (parameters) => stepOf(new AdamW(parameters, { weightDecay: 0 }))],
  ['AdamW', 15, (parameters) => stepOf(new AdamW(parameters))],
])('%s launches %i programs for a parameter', (_name, kernels, make) => {
  expect(launchesPerStep(make, 3)).toBe(3 * kernels);
});

test('a step of AdamW with a scaler launches 11 programs more for a parameter, and 21 for all', () => {
  const scaled = (parameters: Parameter[]): (() => void) => {
    const optimizer = new AdamW(parameters);
    const scaler = new GradScaler();
    return () => {
      scaler.step(optimizer);
      scaler.update();
    };
  };
  expect(launchesPerStep(scaled, 3)).toBe(3 * (15 + 11) + 21);
});

test('clipping by the global norm launches one program for a parameter and eight for all', () => {
  expect(launchesPerStep((parameters) => () => void clipGradNorm(parameters, 1), 3)).toBe(3 * 1 + 8);
});

test('bytes and tensors do not grow from step to step', () => {
  useBackend(cpu());
  const parameters = [new Parameter(tensor([1, 2, 3])), new Parameter(tensor([4]))];
  const optimizer = new AdamW(parameters, { lr: 0.01 });
  const step = (): void => {
    optimizer.zeroGrad();
    for (const parameter of parameters) parameter.square().sum().backward();
    clipGradNorm(parameters, 1);
    optimizer.step();
  };
  for (let i = 0; i < 20; i++) step();
  const { bytes, tensors } = memory();
  for (let i = 0; i < 50; i++) step();
  expect(memory()).toMatchObject({ bytes, tensors });
});

function stepOf(optimizer: { step(): void }): () => void {
  return () => optimizer.step();
}
