import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { GradScaler, Optimizer, perParameter, SGD } from '@evenkeel/optimizers';
import { type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Entry, everyOptimizer } from './every-optimizer.ts';
import { allOf, batch, lossOf, parameters, remembered, scaledStep, values } from './support/scaled-training.ts';
import { expectTheSame } from './support/twice.ts';

const entries: readonly Entry[] = [
  ...everyOptimizer,
  {
    name: 'SGD with dampened momentum',
    make: (all, options) => new SGD(all, { lr: 0.05, momentum: 0.9, dampening: 0.5, ...options }) as Optimizer,
  },
];

const start = ({ make }: Entry) => {
  const all = parameters();
  return { all, optimizer: make(all), scaler: new GradScaler({ growthInterval: 3 }) };
};

const overflow = (values: number[]) => tensor(values);

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (where, backend) => {
  beforeEach(() => useBackend(backend()));

  describe.each(entries.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    test('a step with a scaler is the step without', async () => {
      const [plain, scaled] = [start(entry), start(entry)];
      for (let i = 0; i < 8; i++) {
        plain.optimizer.zeroGrad();
        lossOf(plain.all, batch(i)).backward();
        plain.optimizer.step();
        scaledStep(scaled, batch(i));
      }
      // Numbers made of step counts are rounded on the device instead of on the host.
      const nearly = (lists: number[][]) => lists.map((list) => list.map((x) => expect.closeTo(x, 6)));
      expect(await values(scaled.all)).toEqual(nearly(await values(plain.all)));
    });

    test('a step that is skipped leaves everything as it is, to the bit', async () => {
      const set = start(entry);
      for (let i = 0; i < 4; i++) scaledStep(set, batch(i));
      const before = await allOf(set);
      for (const x of [Number.POSITIVE_INFINITY, Number.NaN]) scaledStep(set, overflow([x]));
      expect(await allOf(set)).toEqual({ ...(before as object), scale: (2 * 65536) / 4 });
    });

    test('a run with skipped steps is the run without them, to the bit', async () => {
      const [whole, skipping] = [start(entry), start(entry)];
      for (let i = 0; i < 5; i++) {
        scaledStep(whole, batch(i));
        if (i !== 1) scaledStep(skipping, overflow([Number.NaN]));
        scaledStep(skipping, batch(i));
      }
      expect(await values(skipping.all)).toEqual(await values(whole.all));
      expect(await remembered(skipping.optimizer)).toEqual(await remembered(whole.optimizer));
    });

    test('a compiled step is the eager one, clipped, with steps that are skipped', async () => {
      await expectTheSame(where, async (run) => {
        const set = start(entry);
        const step = run((x: Tensor) => scaledStep(set, x, 1));
        const history: unknown[] = [];
        for (let i = 0; i < 12; i++) {
          if (i > 6) set.optimizer.paramGroups[0]!.lr = 0.05 / i;
          step(i % 4 === 1 ? overflow([Number.NaN]) : batch(i));
          history.push(await values(set.all));
        }
        return [...history, await allOf(set)];
      });
    });

    test('resumes from the state dicts as if it had not stopped, bit for bit', async () => {
      const set = start(entry);
      const steps = [batch(0), overflow([Number.NaN]), batch(1), batch(2)].map((x) => x.keep());
      for (const x of steps) scaledStep(set, x);
      const resumed = start(entry);
      resumed.all.forEach((parameter, i) => void parameter.assign(set.all[i]!));
      resumed.optimizer.loadStateDict(set.optimizer.stateDict());
      resumed.scaler.loadStateDict(set.scaler.stateDict());
      for (const x of steps) {
        scaledStep(set, x);
        scaledStep(resumed, x);
      }
      expect(await allOf(resumed)).toEqual(await allOf(set));
    });
  });

  test('a state dict that is loaded between compiled steps takes effect, and counts stay common', async () => {
    await expectTheSame(where, async (run) => {
      const set = start(everyOptimizer.find(({ name }) => name === 'AdamW')!);
      const step = run((x: Tensor) => scaledStep(set, x));
      const other = start(everyOptimizer.find(({ name }) => name === 'AdamW')!);
      for (let i = 0; i < 3; i++) scaledStep(other, batch(i));
      const saved = other.optimizer.stateDict();
      const history = [];
      for (let i = 0; i < 9; i++) {
        if (i === 5) set.optimizer.loadStateDict(saved);
        step(batch(i));
        history.push(await allOf(set));
      }
      const { state } = set.optimizer.stateDict();
      expect(state[0]!['step']).toBe(state[1]!['step']);
      expect(state[0]!['step']).not.toBe(saved.state[0]!['step']);
      return history;
    });
  });
});

describe('programs that move different parameters with one optimizer', () => {
  beforeEach(() => useBackend(cpu()));

  test('count each parameter’s steps right, whichever was recorded first', async () => {
    await expectTheSame('cpu', async (run) => {
      const set = start(everyOptimizer.find(({ name }) => name === 'AdamW')!);
      const { all, optimizer, scaler } = set;
      const stepOf = (used: readonly Tensor[]) =>
        run((x: Tensor) => {
          optimizer.zeroGrad();
          scaler.scale(lossOf(used, x)).backward();
          scaler.step(optimizer);
          scaler.update();
        });
      const [both, second] = [stepOf(all), stepOf([all[1]!])];
      const history = [];
      for (let i = 0; i < 16; i++) {
        const step = i > 4 && i % 2 === 0 ? second : both;
        step(i % 7 === 6 ? overflow([Number.NaN]) : batch(i));
        history.push(await allOf(set));
      }
      return history;
    });
  });
});

describe('a transform of one’s own', () => {
  beforeEach(() => useBackend(cpu()));

  test('may count on the device', async () => {
    const fading = perParameter((update, slot) => update.neg().div(slot.device?.step ?? slot.step), { usesStep: true });
    const all = parameters();
    const set = {
      all,
      optimizer: new Optimizer(all, { transform: fading, defaults: {} }),
      scaler: new GradScaler(),
    };
    scaledStep(set, overflow([Number.NaN]));
    scaledStep(set, batch(0));
    const plain = parameters();
    lossOf(plain, batch(0)).backward();
    new Optimizer(plain, { transform: fading, defaults: {} }).step();
    expect(await values(all)).toEqual(await values(plain));
  });

  test.each([
    ['slot.step', perParameter((update, slot) => update.div(slot.step), { usesStep: true })],
    ["slot.number('count')", perParameter((update, slot) => update.div(slot.number('count', 1)))],
    [
      "slot.advance('count')",
      perParameter((update, slot) => {
        slot.advance('count', 0, (count) => count + 1);
        return update;
      }),
    ],
  ])('that counts on the host is refused: %s', (what, transform) => {
    const all = parameters();
    const optimizer = new Optimizer(all, { transform, defaults: {} });
    expect(() => scaledStep({ all, optimizer, scaler: new GradScaler() }, batch(0))).toThrow(`${what} in a transform`);
  });
});
