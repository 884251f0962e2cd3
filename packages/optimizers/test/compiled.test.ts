import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import {
  AdamW,
  AveragedModel,
  AveragedParameters,
  accumulateGradients,
  clipGradAdaptively,
  clipGradNorm,
  clipGradValue,
  ExponentialMovingAverage,
  getEmaAvgFn,
  type Optimizer,
  RAdam,
  SGD,
} from '@evenkeel/optimizers';
import { compile, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { everyOptimizer } from './every-optimizer.ts';
import { ScalingModel } from './support/scaling-model.ts';
import { expectTheSame } from './support/twice.ts';

/** Past the first check of a program that runs. */
const calls = 10;

const parameters = () => [
  new Parameter(
    tensor([
      [0.5, -1.25, 2],
      [-0.75, 1.5, 0.25],
    ]),
  ),
  new Parameter(tensor([[1.5, -0.5]])),
];

/** Each call sees other numbers, which all parameters are multiplied with. */
const batch = (i: number) => tensor([1 + 0.5 * Math.sin(i)]);

function lossOf(all: readonly Tensor[], x: Tensor): Tensor {
  return all
    .map((p) => p.mul(x).sub(1).square().sum().add(p.square().square().sum().mul(0.1)))
    .reduce((a, b) => a.add(b));
}

const values = async (tensors: readonly Tensor[]): Promise<number[][]> =>
  Promise.all(tensors.map(async (each) => [...(await each.data())]));

/** What an optimizer remembers, as numbers. */
async function remembered(optimizer: Optimizer): Promise<unknown> {
  const { state, param_groups } = optimizer.stateDict();
  const read: Record<string, unknown> = { param_groups: JSON.stringify(param_groups) };
  for (const [index, entries] of Object.entries(state)) {
    for (const [key, value] of Object.entries(entries)) {
      read[`${index}.${key}`] = typeof value === 'number' ? value : [...(await value.data())];
    }
  }
  return read;
}

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (where, backend) => {
  beforeEach(() => useBackend(backend()));

  test.each(everyOptimizer.map((entry) => [entry.name, entry] as const))(
    'a compiled step of %s is the eager one, clipped, under a rate that changes',
    async (_name, { make }) => {
      await expectTheSame(where, async (run) => {
        const all = parameters();
        const optimizer = make(all);
        const step = run((x: Tensor) => {
          optimizer.zeroGrad();
          const loss = lossOf(all, x);
          loss.backward();
          const norm = clipGradNorm(all, 1);
          optimizer.step();
          return [loss, norm];
        });
        const history = [];
        for (let i = 0; i < calls; i++) {
          if (i > 4) optimizer.paramGroups[0]!.lr = 0.05 / i;
          history.push(await values([...step(batch(i)), ...all]));
        }
        return [...history, await remembered(optimizer)];
      });
    },
  );

  test('a state dict that is loaded between steps takes effect, also one with more or less in it', async () => {
    await expectTheSame(where, async (run) => {
      const all = parameters();
      const optimizer = new SGD(all, { lr: 0.05, momentum: 0.9 });
      const fresh = optimizer.stateDict();
      const step = run((x: Tensor) => {
        optimizer.zeroGrad();
        lossOf(all, x).backward();
        optimizer.step();
      });
      const history = [];
      let saved: ReturnType<Optimizer['stateDict']> | undefined;
      for (let i = 0; i < 16; i++) {
        if (i === 3) {
          const { state, param_groups } = optimizer.stateDict();
          const copies = Object.entries(state).map(([index, entries]) => [
            index,
            Object.fromEntries(
              Object.entries(entries).map(([k, v]) => [k, typeof v === 'number' ? v : v.clone().keep()]),
            ),
          ]);
          saved = { state: Object.fromEntries(copies), param_groups: structuredClone(param_groups) };
        }
        if (i === 6 || i === 13) optimizer.loadStateDict(saved!);
        if (i === 9) optimizer.loadStateDict(fresh);
        step(batch(i));
        history.push(await values(all));
      }
      return [...history, await remembered(optimizer)];
    });
  });

  test('loading a state dict of the same kind needs no new program', () => {
    const all = parameters();
    const optimizer = new AdamW(all);
    const step = compile((x: Tensor) => {
      optimizer.zeroGrad();
      lossOf(all, x).backward();
      optimizer.step();
    });
    for (let i = 0; i < 4; i++) step(batch(i));
    const { recorded } = step.counters;
    optimizer.loadStateDict(optimizer.stateDict());
    for (let i = 0; i < 3; i++) step(batch(i));
    expect(step.counters.recorded).toBe(recorded);
  });

  test('momentum and betas may cycle, options may be switched, and a group may be added', async () => {
    await expectTheSame(where, async (run) => {
      const [first, second] = parameters() as [Parameter, Parameter];
      const optimizers = [new SGD([first], { lr: 0.05, momentum: 0.9 }), new AdamW([first], { lr: 0.01 })] as const;
      const step = run((x: Tensor) => {
        for (const optimizer of optimizers) {
          optimizer.zeroGrad();
          lossOf([first, second], x).backward();
          optimizer.step();
          second.grad = undefined;
        }
      });
      const history = [];
      for (let i = 0; i < 14; i++) {
        optimizers[0].paramGroups[0]!.momentum = 0.9 - 0.05 * (i % 3);
        optimizers[1].paramGroups[0]!.betas = [0.95 - 0.1 * (i % 2), 0.999];
        optimizers[1].paramGroups[0]!.weightDecay = i < 3 ? 0 : 0.01 * i;
        if (i === 5) optimizers[1].paramGroups[0]!.maximize = true;
        if (i === 8) optimizers[0].addParamGroup({ params: [second], lr: 0.1 });
        step(batch(i));
        history.push(await values([first, second]));
      }
      return history;
    });
  });

  test('a rate of zero that becomes another, and a parameter that is left out for a while', async () => {
    await expectTheSame(where, async (run) => {
      const [first, second] = parameters() as [Parameter, Parameter];
      const optimizer = new RAdam([{ params: [first] }, { params: [second], lr: 0 }], { lr: 0.1, betas: [0.9, 0.99] });
      const step = run((x: Tensor) => {
        optimizer.zeroGrad();
        lossOf([first, second], x).backward();
        optimizer.step();
      });
      const history = [];
      for (let i = 0; i < 14; i++) {
        if (i === 4) optimizer.paramGroups[1]!.lr = 0.05;
        second.requiresGrad = i < 6 || i > 8;
        step(batch(i));
        history.push(await values([first, second]));
      }
      return [...history, await remembered(optimizer)];
    });
  });

  test('averages that are updated inside, and swapped or loaded outside', async () => {
    await expectTheSame(where, async (run) => {
      const all = parameters();
      const model = new ScalingModel(2);
      const optimizer = new AdamW([...all, model.weight], { lr: 0.05 });
      const averages = [new ExponentialMovingAverage(all, { decay: 0.7 }), new AveragedParameters(all)] as const;
      const averaged = [
        new AveragedModel(model),
        new AveragedModel(model, { avgFn: getEmaAvgFn(0.6), useBuffers: true }),
      ] as const;
      const step = run((x: Tensor) => {
        optimizer.zeroGrad();
        lossOf([...all, model.weight], x).backward();
        optimizer.step();
        for (const average of averages) average.update();
        for (const each of averaged) each.updateParameters(model);
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        step(batch(i));
        if (i === 4 || i === 6) averages[0].swap();
        if (i === 8) averages[1].loadStateDict({ n_averaged: 1, averages: all });
        const modules = averaged.flatMap(({ module }) => [...module.parameters(), ...module.buffers()]);
        history.push(await values([...all, ...averages.flatMap((each) => each.averages), ...modules]));
      }
      return [...history, averages.map(({ count }) => count), averaged.map(({ numAveraged }) => numAveraged)];
    });
  });

  test('two optimizers that take turns in one step, each with its own gradients', async () => {
    await expectTheSame(where, async (run) => {
      const [generator, critic] = parameters() as [Parameter, Parameter];
      const [g, c] = [new AdamW([generator], { lr: 0.02 }), new SGD([critic], { lr: 0.02, momentum: 0.5 })];
      const score = (x: Tensor) => generator.mul(x).sum().mul(critic.sum()).tanh();
      const step = run((x: Tensor) => {
        c.zeroGrad();
        const judged = score(x).neg().keep(); // it is read after a second step has closed
        judged.backward();
        c.step();
        g.zeroGrad();
        const made = score(x);
        made.backward();
        clipGradValue(generator, 0.1);
        clipGradAdaptively(generator);
        g.step();
        return [judged, made];
      });
      const history = [];
      for (let i = 0; i < calls; i++) history.push(await values([...step(batch(i)), generator, critic]));
      return history;
    });
  });

  test('gradients of several parts are accumulated inside, and the step is taken outside', async () => {
    await expectTheSame(where, async (run) => {
      const all = parameters();
      const optimizer = new AdamW(all, { lr: 0.05 });
      const accumulate = run((x: Tensor) => {
        optimizer.zeroGrad();
        const loss = accumulateGradients([x, x.mul(2), x.neg()], (part) => lossOf(all, part));
        return { loss, norm: clipGradNorm(all, 1) };
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        const { loss, norm } = accumulate(batch(i));
        const gradients = all.map(({ grad }) => grad as Tensor);
        history.push(await values([loss, norm, ...gradients]));
        optimizer.step();
        history.push(await values(all));
      }
      return history;
    });
  });
});
