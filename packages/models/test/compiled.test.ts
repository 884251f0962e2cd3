import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { Linear, type Module, parametrizations, Sequential, spectralNorm, Tanh } from '@evenkeel/nn-layers';
import { type Backend, checkpoint, compile, randint, randn } from '@evenkeel/tensor';
import { afterEach, describe, expect, test } from 'vitest';
import { GPT } from '../src/index.ts';
import { type Journey, type State, steps, travel } from './support/journey.ts';
import { type TinyModel, tinyModels } from './support/tiny-models.ts';

/** Relative to the largest number of each tensor. */
function expectNear(got: Journey, right: Journey): void {
  for (let i = 0; i < steps; i++) {
    const [mine, theirs] = [got.after[i] as State, right.after[i] as State];
    expect(mine.generator).toEqual(theirs.generator);
    compare([got.losses[i] as number], [right.losses[i] as number], `loss of step ${i}`);
    theirs.tensors.forEach((numbers, k) => {
      compare(mine.tensors[k] as number[], numbers, `tensor ${k} after step ${i}`);
    });
  }
}

function compare(got: readonly number[], right: readonly number[], what: string): void {
  const largest = Math.max(1, ...right.map(Math.abs));
  const worst = Math.max(0, ...right.map((x, i) => Math.abs((got[i] as number) - x)));
  expect(worst, what).toBeLessThanOrEqual(1e-5 * largest);
}

type Steps = Parameters<Backend['prepare']>[0]['steps'];

/** The oracle as a device whose kernels can bind no more than so many memories. */
function binding(bindings: number): Backend {
  const backend = cpu();
  const check = (steps: Steps): void => {
    for (const step of steps) {
      if ('repeat' in step) check(step.body);
      else expect(step.kernel.bindings.length).toBeLessThanOrEqual(bindings);
    }
  };
  return {
    ...backend,
    limits: { ...backend.limits, bindings },
    prepare(program) {
      check(program.steps);
      return backend.prepare(program);
    },
  };
}

/** The oracle as a device that has no kernel for attention. */
function withoutAttention(): Backend {
  const backend = cpu();
  const routines = backend.limits.routines.filter((name) => !name.startsWith('attention'));
  return { ...backend, limits: { ...backend.limits, routines } };
}

type Make = () => TinyModel;

/** A model in which every module is a checkpoint, those in others as well. */
function checkpointed(make: Make): Make {
  return () => {
    const made = make();
    for (const module of made.model.modules() as (Module & { forward(...inputs: never[]): unknown })[]) {
      const forward = module.forward.bind(module);
      // What only moves state gives no tensor to go on with.
      if (module.constructor.name !== 'PowerIteration') module.forward = checkpoint(forward);
    }
    return made;
  };
}

/** A critic whose weights are divided by their largest singular values, in both manners. */
function critic(): TinyModel {
  const model = new Sequential(
    spectralNorm(new Linear(3, 5), { nPowerIterations: 2 }),
    new Tanh(),
    parametrizations.spectralNorm(new Linear(5, 1)),
  );
  return { model, run: () => model.call(randn([4, 3])) };
}

function gpt(checkpoint: boolean): TinyModel {
  const sizes = { contextLength: 4, dModel: 8, nhead: 2, numLayers: 2, dropout: 0.1 };
  const model = new GPT(5, { ...sizes, checkpoint });
  return { model, run: () => model.call(randint(0, 5, [2, 4])) };
}

const underCheckpoint = ['LeNet', 'ResNet of bottlenecks', 'LSTMClassifier', 'GPT', 'BERTForQuestionAnswering', 'VAE'];
/** What is trained, and how: the second must give what the first gives. */
const pairs: readonly (readonly [name: string, plain: Make, make: Make])[] = [
  ...Object.entries(tinyModels).map(([name, make]) => [name, make, make] as const),
  ...underCheckpoint.map((name) => {
    const make = tinyModels[name] as Make;
    return [`${name} under checkpoint`, make, checkpointed(make)] as const;
  }),
  ['GPT whose blocks are checkpoints', () => gpt(false), () => gpt(true)],
  ['a critic with spectral norm', critic, critic],
  ['a critic with spectral norm under checkpoint', critic, checkpointed(critic)],
];

describe.each(pairs)('%s', (_name, plain, make) => {
  let oracle: Journey | undefined;
  const eagerly = async () => {
    oracle ??= await travel(cpu(), plain, (step) => step);
    return oracle;
  };
  afterEach(() => {
    delete process.env['FUSE'];
    delete process.env['CAPTURE'];
  });

  test.each([
    ['compiled', {}],
    ['compiled without fusion', { FUSE: '0' }],
    ['compiled without capture', { CAPTURE: '0' }],
  ])('%s gives the eager steps on the oracle, bit for bit', async (_mode, environment) => {
    const right = await eagerly();
    Object.assign(process.env, environment);
    expect(await travel(cpu(), make, compile, right)).toEqual(right);
  });

  // Eight is what WebGPU promises.
  test.each([8, 4])('compiled for kernels of %i bindings gives the eager steps, bit for bit', async (bindings) => {
    // Attention in one kernel binds more than four, so that there it is computed by others, in another order of sums.
    const right = bindings < 8 ? await travel(withoutAttention(), plain, (step) => step) : await eagerly();
    expect(await travel(binding(bindings), make, compile, right)).toEqual(right);
  });

  test.each([
    ['compiled', {}],
    ['compiled without fusion', { FUSE: '0' }],
    ['eager', { CAPTURE: '0' }],
  ])('%s gives the oracle its steps on wasm', async (_mode, environment) => {
    const right = await eagerly();
    Object.assign(process.env, environment);
    expectNear(await travel(wasm(), make, compile, right), right);
  });
});
