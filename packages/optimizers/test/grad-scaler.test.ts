import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, StateDictError } from '@evenkeel/errors';
import { AdamW, clipGradNorm, GradScaler, type GradScalerOptions, SGD } from '@evenkeel/optimizers';
import { type Backend, compile, memory, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { batch, lossOf, parameters, scaledStep, type Training, values } from './support/scaled-training.ts';

beforeEach(() => useBackend(cpu()));

const training = (options: GradScalerOptions = {}): Training => {
  const all = parameters();
  return { all, optimizer: new AdamW(all, { lr: 0.05 }), scaler: new GradScaler(options) };
};

const overflow = () => tensor([Number.POSITIVE_INFINITY]);

/** The scale after each of these steps, `.` for one whose gradients are finite, `x` for one whose are not. */
async function scalesAfter(steps: string, options: GradScalerOptions): Promise<number[]> {
  const set = training(options);
  const scales = [];
  for (const step of steps) {
    scaledStep(set, step === '.' ? batch(0) : overflow());
    scales.push(await set.scaler.getScale());
  }
  return scales;
}

describe('the scale', () => {
  test('begins at 65536, halves where gradients overflow, and doubles after 2000 steps, as in PyTorch', async () => {
    const { growthFactor, backoffFactor, growthInterval, enabled } = new GradScaler();
    expect({ growthFactor, backoffFactor, growthInterval, enabled }).toEqual({
      growthFactor: 2,
      backoffFactor: 0.5,
      growthInterval: 2000,
      enabled: true,
    });
    expect(await new GradScaler().getScale()).toBe(65536);
    expect(await scalesAfter('.x', {})).toEqual([65536, 32768]);
  });

  test('grows after an interval of good steps in a row, and a bad one begins the count anew', async () => {
    const options = { initScale: 8, growthInterval: 3 };
    expect(await scalesAfter('.......', options)).toEqual([8, 8, 16, 16, 16, 32, 32]);
    expect(await scalesAfter('..x...x', options)).toEqual([8, 8, 4, 4, 4, 8, 4]);
  });

  test('follows other factors', async () => {
    const options = { initScale: 9, growthFactor: 3, backoffFactor: 1 / 3, growthInterval: 1 };
    expect(await scalesAfter('.xx', options)).toEqual([27, 9, 3]);
  });

  test('does not grow to infinity', async () => {
    const scaler = new GradScaler({ initScale: 2 ** 126, growthInterval: 1 });
    const weight = new Parameter(tensor([1]));
    const optimizer = new SGD([weight], { lr: 0 });
    const scales = [];
    for (let i = 0; i < 3; i++) {
      weight.grad = tensor([1]);
      scaler.step(optimizer);
      scaler.update();
      scales.push(await scaler.getScale());
    }
    expect(scales).toEqual([2 ** 127, 2 ** 127, 2 ** 127]);
  });

  test('finds where losses overflow by itself', async () => {
    // The gradients are 2 (p - 1) + 0.4 p³, 5.2 at most: times 2^125 it is finite, times 2^126 no more.
    const set = training({ initScale: 2 ** 127 });
    const before = await values(set.all);
    for (let i = 0; i < 2; i++) {
      scaledStep(set, tensor([1]));
      expect(await values(set.all)).toEqual(before);
    }
    scaledStep(set, tensor([1]));
    expect(await values(set.all)).not.toEqual(before);
    expect(await set.scaler.getScale()).toBe(2 ** 125);
  });

  test('can be set, and the factors changed between steps, compiled too', async () => {
    const set = training({ initScale: 8, growthInterval: 1 });
    const step = compile((x: Tensor) => scaledStep(set, x));
    const scales = [];
    for (let i = 0; i < 8; i++) {
      if (i === 4) set.scaler.growthFactor = 4;
      if (i === 6) set.scaler.growthInterval = 2;
      if (i === 7) set.scaler.update(1);
      step(batch(i));
      scales.push(await set.scaler.getScale());
    }
    expect(scales).toEqual([16, 32, 64, 128, 512, 2048, 2048, 4]);
  });
});

describe('unscaling', () => {
  test('gives the gradients, and the norm that they are clipped by, of the run without a scale, bit for bit', async () => {
    const [plain, scaled] = [parameters(), parameters()];
    lossOf(plain, batch(1)).backward();
    const norm = clipGradNorm(plain, 0.5);
    const optimizer = new SGD(scaled, { lr: 0.1 });
    const scaler = new GradScaler();
    scaler.scale(lossOf(scaled, batch(1))).backward();
    scaler.unscale_(optimizer);
    const scaledNorm = clipGradNorm(scaled, 0.5);
    const gradients = (all: readonly Tensor[]) => values([...all.map(({ grad }) => grad!)]);
    expect(await gradients(scaled)).toEqual(await gradients(plain));
    expect(await scaledNorm.item()).toBe(await norm.item());
  });

  test('scales a list of losses, each', async () => {
    const scaled = new GradScaler({ initScale: 4 }).scale([tensor(1), tensor(2)]);
    expect(await Promise.all(scaled.map((loss) => loss.item()))).toEqual([4, 8]);
  });
});

describe('several optimizers', () => {
  test('each takes or skips its own step, and the scale follows all', async () => {
    const [good, bad] = [new Parameter(tensor([1])), new Parameter(tensor([1]))];
    const optimizers = [new SGD([good], { lr: 1 }), new SGD([bad], { lr: 1 })] as const;
    const scaler = new GradScaler({ initScale: 4 });
    const step = compile((x: Tensor) => {
      for (const each of optimizers) each.zeroGrad();
      scaler.scale(good.sum().add(bad.mul(x).sum())).backward();
      for (const each of optimizers) scaler.step(each);
      scaler.update();
    });
    for (const x of [1, Number.NaN, 1, Number.NaN, Number.NaN]) step(tensor([x]));
    expect(await values([good, bad])).toEqual([[-4], [-1]]);
    expect(await scaler.getScale()).toBe(0.5);
  });

  test('a parameter that sits out a step keeps its own count of steps', async () => {
    const all = parameters();
    const [first, second] = all as [Parameter, Parameter];
    const optimizer = new AdamW(all, { lr: 0.05 });
    const scaler = new GradScaler();
    // Plain steps first: what was counted on the host goes on on the device.
    for (const used of [all, all]) {
      optimizer.zeroGrad();
      lossOf(used, batch(0)).backward();
      optimizer.step();
    }
    for (const [used, x] of [
      [all, batch],
      [[second], batch],
      [[second], overflow],
      [[first], batch],
      [[first], batch],
      [all, batch],
      [all, overflow],
    ] as const) {
      optimizer.zeroGrad();
      scaler.scale(lossOf(used, x(1))).backward();
      scaler.step(optimizer);
      scaler.update();
    }
    const { state } = optimizer.stateDict();
    const steps = [state[0]!['step'] as Tensor, state[1]!['step'] as Tensor];
    expect(await values(steps)).toEqual([[2 + 4], [2 + 3]]);
  });
});

test('counts that were one may be loaded as several', async () => {
  const set = training();
  for (let i = 0; i < 2; i++) scaledStep(set, batch(i));
  const { state, param_groups } = set.optimizer.stateDict();
  const apart = { 0: { ...state[0], step: tensor(3) }, 1: { ...state[1], step: tensor(5) } };
  set.optimizer.loadStateDict({ state: apart, param_groups } as ReturnType<Training['optimizer']['stateDict']>);
  scaledStep(set, batch(2));
  const steps = Object.values(set.optimizer.stateDict().state).map(({ step }) => step as Tensor);
  expect(await values(steps)).toEqual([[4], [6]]);
});

describe('a scaler that is disabled', () => {
  test('does nothing, and has no state', async () => {
    const [plain, set] = [training(), training({ enabled: false })];
    lossOf(plain.all, batch(0)).backward();
    plain.optimizer.step();
    scaledStep(set, batch(0));
    expect(await values(set.all)).toEqual(await values(plain.all));
    expect(set.optimizer.stateDict().state[0]!['step']).toBe(1);
    expect(await set.scaler.getScale()).toBe(1);
    expect(set.scaler.stateDict()).toEqual({});
    set.scaler.loadStateDict({});
  });
});

describe('its state', () => {
  test('has PyTorch’s keys, and takes another scaler to the same place', async () => {
    const options = { initScale: 8, growthInterval: 3 };
    const set = training(options);
    for (const x of [batch, overflow, batch, batch]) scaledStep(set, x(0));
    const saved = set.scaler.stateDict();
    expect(Object.keys(saved)).toEqual([
      'scale',
      'growth_factor',
      'backoff_factor',
      'growth_interval',
      '_growth_tracker',
    ]);
    const other = new GradScaler();
    other.loadStateDict(saved);
    const resumed = { ...set, scaler: other };
    scaledStep(resumed, batch(3));
    expect([await other.getScale(), await set.scaler.getScale()]).toEqual([8, 4]);
  });

  test('is refused where it is empty', () => {
    expect(() => new GradScaler().loadStateDict({})).toThrow(StateDictError);
  });
});

describe('what is out of order is an error', () => {
  test('a step or unscaling twice, and an update without a step', () => {
    const { all, optimizer, scaler } = training();
    expect(() => scaler.unscale_(optimizer)).toThrow(/no gradients to unscale/);
    expect(() => scaler.update()).toThrow(/update of a GradScaler was called out of order/);
    lossOf(all, batch(0)).backward();
    scaler.unscale_(optimizer);
    expect(() => scaler.unscale_(optimizer)).toThrow(/AdamW was unscaled already since the last update/);
    scaler.step(optimizer);
    expect(() => scaler.step(optimizer)).toThrow(/AdamW was stepped already/);
    expect(() => scaler.unscale_(optimizer)).toThrow(ConfigError);
    scaler.update();
    scaler.step(optimizer);
  });

  test.each([
    [{ initScale: 0 }, /initScale = 0/],
    [{ growthFactor: 1 }, /growthFactor = 1/],
    [{ backoffFactor: 1 }, /backoffFactor = 1/],
    [{ growthInterval: 0 }, /growthInterval = 0/],
  ])('the option %j', (options, message) => {
    expect(() => new GradScaler(options)).toThrow(ConfigError);
    expect(() => new GradScaler(options)).toThrow(message);
  });

  test('a plain step of an optimizer whose steps are counted on the device', () => {
    const set = training();
    scaledStep(set, batch(0));
    expect(() => set.optimizer.step()).toThrow(/step is on the device: step with its GradScaler/);
  });
});

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_where, open) => {
  test('a compiled step is one program, from which nothing is read', () => {
    const backend: Backend = open();
    useBackend(backend);
    const [run, read] = [vi.spyOn(backend, 'run'), vi.spyOn(backend, 'read')];
    const set = training({ growthInterval: 2 });
    const step = compile((x: Tensor) => scaledStep(set, x, 1));
    const x = [batch(0).keep(), overflow().keep(), batch(1).keep()];
    for (const each of x) step(each);
    run.mockClear();
    for (const each of x) step(each);
    expect(run).toHaveBeenCalledTimes(3);
    expect(read).not.toHaveBeenCalled();
    expect(step.counters).toMatchObject({ replayed: 4 });
  });

  test.each([
    ['eager', (fn: (x: Tensor) => Tensor) => fn],
    ['compiled', (fn: (x: Tensor) => Tensor) => compile(fn)],
  ])('bytes and tensors do not grow from step to step, %s', (_how, run) => {
    useBackend(open());
    const set = training({ growthInterval: 2 });
    const step = run((x) => scaledStep(set, x, 1));
    for (let i = 0; i < 20; i++) step(i % 3 === 0 ? overflow() : batch(i));
    const { bytes, tensors } = memory();
    for (let i = 0; i < 51; i++) step(i % 3 === 0 ? overflow() : batch(i));
    expect(memory()).toMatchObject({ bytes, tensors });
  });
});
