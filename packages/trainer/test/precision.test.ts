import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, NonFiniteError } from '@evenkeel/errors';
import { clipGradNorm, GradScaler } from '@evenkeel/optimizers';
import { warmupCosine } from '@evenkeel/schedulers';
import { autocast, type Backend, currentBackend, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Checkpoint, type TrainEvent, train } from '../src/index.ts';
import { losable } from './losable.ts';
import { type Batch, setUp, steps, weights } from './set-up.ts';

beforeEach(() => useBackend(cpu()));

const precision = 'float16';
const plain = { validation: undefined, earlyStopping: undefined, checkpoints: undefined };

/** What a run ends with, and what it told and saved, but for times. */
async function outcome({ options, model, events, saved }: ReturnType<typeof setUp>) {
  const { seconds, ...result } = await train(options);
  return {
    result,
    weights: await weights(model),
    events: events.filter(({ type }) => type !== 'notice' && type !== 'resume'),
    saved: saved.map(({ record: { seconds: _, ...record }, ...tensors }: Checkpoint) => ({ record, ...tensors })),
  };
}

/** Batches of one sample, y = x, of these x. */
const samples = (...values: number[]) => ({
  length: values.length,
  *batches({ from }: { from: number }): IterableIterator<Batch> {
    for (const value of values.slice(from)) yield { x: tensor([[value, 1]]), y: tensor([[value]]) };
  },
});

describe('a run in float16', () => {
  test('does what the loop with autocast and a scaler does, bit for bit', async () => {
    const byHand = setUp();
    const schedule = warmupCosine({ lr: 0.05, warmup: 2, total: 10 });
    const scaler = new GradScaler();
    const losses: number[] = [];
    const scales: number[] = [];
    let step = 0;
    for (const batch of byHand.options.data.batches({ epoch: 0, from: 0 })) {
      byHand.optimizer.paramGroups[0]!.lr = schedule(step++).lr;
      byHand.optimizer.zeroGrad();
      const loss = autocast(() => byHand.loss(batch));
      scaler.scale(loss).backward();
      scaler.unscale_(byHand.optimizer);
      clipGradNorm(byHand.model.parameters(), 0.5);
      scaler.step(byHand.optimizer);
      scaler.update();
      losses.push(await loss.item());
      scales.push(await scaler.getScale());
    }
    const trained = setUp({ ...plain, precision, steps: step, schedule });
    await train(trained.options);
    expect(steps(trained.events).map(({ loss }) => loss)).toEqual(losses);
    expect(steps(trained.events).map(({ scale }) => scale)).toEqual([65536, ...scales.slice(0, -1)]);
    expect(await weights(trained.model)).toEqual(await weights(byHand.model));
    const exact = setUp({ ...plain, steps: step, schedule });
    await train(exact.options);
    expect(steps(exact.events).map(({ loss }) => loss)).not.toEqual(losses);
    expect(steps(exact.events)[0]).not.toHaveProperty('scale');
  });

  test.each([true, false])('skips a step whose gradients overflow, and says so (compiled: %s)', async (compile) => {
    const run = (data: TrainOptionsData) =>
      setUp({ ...plain, precision, compile, schedule: undefined, data, steps: data.length });
    // 1e30 is infinite in float16.
    const skipping = run(samples(1, 1e30, 2, 3));
    const seen: unknown[] = [];
    const { onEvent } = skipping.options;
    skipping.options.readLoss = 'at once';
    skipping.options.onEvent = async (event) => {
      seen.push(await weights(skipping.model));
      return onEvent?.(event);
    };
    const small = skipping.options.loss;
    skipping.options.loss = (batch) => small(batch).mul(2 ** -10);
    const { loss } = await train(skipping.options);
    expect(steps(skipping.events)).toMatchObject([
      { step: 1, scale: 65536 },
      { step: 2, scale: 65536, skipped: true },
      { step: 3, scale: 32768 },
      { step: 4, scale: 32768 },
    ]);
    expect(steps(skipping.events).filter(({ skipped }) => skipped)).toHaveLength(1);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).not.toEqual(seen[1]);
    expect(loss).toBeGreaterThan(0);
  });

  test('ends with an error that names the step where no scale helps, and the model is as it was', async () => {
    const set = setUp({ ...plain, precision, data: samples(...Array(40).fill(1e30)), steps: 40 });
    const before = await weights(set.model);
    // 65536 is halved 16 times until it is 1.
    await expect(train(set.options)).rejects.toThrow(NonFiniteError);
    expect(steps(set.events)).toHaveLength(16);
    expect(await weights(set.model)).toEqual(before);
    const again = setUp({ ...plain, precision, data: samples(...Array(40).fill(1e30)), steps: 40 });
    await expect(train(again.options)).rejects.toThrow(/at step 17/);
  });

  test('says at which step gradients overflow though the loss does not', async () => {
    const set = setUp({ ...plain, clip: undefined, precision, data: samples(...Array(40).fill(1)), steps: 40 });
    const { loss } = set.options;
    // Finite, with a slope that is not: √0 times what the model gives.
    set.options.loss = (batch) => loss(batch).mul(0).sqrt();
    await expect(train(set.options)).rejects.toThrow(/largest gradient is Infinity at step 17/);
  });

  test('is resumed bit for bit, from any of its checkpoints', async () => {
    const data = samples(1, 2, 1e30, 3, -1, 1e30, 0.5, 2, 1, -2);
    const overrides = { precision, data, validation: undefined, earlyStopping: undefined } as const;
    const whole = await outcome(setUp(overrides));
    expect(whole.saved).toHaveLength(10);
    for (const at of [1, 3, 6]) {
      const resumed = setUp({ ...overrides, resume: whole.saved[at - 1] as unknown as Checkpoint });
      // What the model is made with must not matter.
      for (const parameter of resumed.model.parameters()) parameter.assign(parameter.mul(0));
      const rest = await outcome(resumed);
      expect(rest.weights).toEqual(whole.weights);
      expect(rest.saved).toEqual(whole.saved.slice(at));
      expect(steps(rest.events)).toEqual(steps(whole.events).slice(at));
    }
  });

  test('keeps one count of steps for the parameters that move together, also in a checkpoint', async () => {
    const set = setUp({ precision, steps: 2 });
    await train(set.options);
    const { state } = set.optimizer.stateDict();
    expect(new Set(Object.values(state).map(({ step }) => step)).size).toBe(1);
    const names = [...set.saved[0]!.state.keys()].filter((name) => name.endsWith('.step'));
    expect(names).toEqual(['optimizer.state.0.step']);
    const resumed = setUp({ precision, steps: 5, resume: set.saved[0] });
    await train(resumed.options);
    const counts = new Set(Object.values(resumed.optimizer.stateDict().state).map(({ step }) => step));
    expect(counts.size).toBe(1);
    const taken = [...steps(set.events).slice(0, 1), ...steps(resumed.events)].filter(({ skipped }) => !skipped);
    expect(await ([...counts][0] as Tensor).item()).toBe(taken.length);
  });

  test('ends bit for bit as one that was never interrupted where its device is lost', async () => {
    const run = (backend: Backend, loseAfter?: number) => {
      useBackend(backend);
      const set = setUp({ precision, recovery: { every: 4 }, data: samples(1, 2, 1e30, 3, -1, 1e30, 0.5, 2, 1, -2) });
      if (loseAfter !== undefined) (backend as ReturnType<typeof losable>).loseAfter(loseAfter);
      else (backend as ReturnType<typeof losable>).loseAfter(Number.POSITIVE_INFINITY);
      return set;
    };
    const whole = losable();
    const expected = await outcome(run(whole));
    for (const part of [0.4, 0.7, 0.9]) {
      const set = run(losable(), Math.floor(whole.asked * part));
      expect(await outcome(set)).toEqual(expected);
      expect(set.events.filter(({ type }) => type === 'notice')).toHaveLength(1);
      expect(currentBackend().isLost).toBe(false);
    }
  });
});

type TrainOptionsData = ReturnType<typeof samples>;

describe('a precision that does not go', () => {
  const notices = (events: TrainEvent[]) => events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

  test('is one that does not exist, or a backend without float16', async () => {
    await expect(train(setUp({ precision: 'bfloat16' as never }).options)).rejects.toThrow(/float32 or float16/);
    const { limits, ...rest } = cpu();
    useBackend({ ...rest, name: 'small', limits: { ...limits, dtypes: ['float32', 'int32', 'bool'] } });
    const { options } = setUp({ precision });
    await expect(train(options)).rejects.toThrow(ConfigError);
    await expect(train(options)).rejects.toThrow(
      /The backend small has no float16[\s\S]*webgpu[\s\S]*cpu[\s\S]*useBackend\(\)[\s\S]*precision: 'float32'/,
    );
  });

  test('is float32 from a checkpoint in float16; the other way it goes on, and says that exactness is lost', async () => {
    const half = setUp({ precision, steps: 2 });
    await train(half.options);
    await expect(train(setUp({ steps: 4, resume: half.saved[0] }).options)).rejects.toThrow(
      /checkpoint is of a run in float16[\s\S]*precision: 'float16'/,
    );
    const full = setUp({ steps: 2 });
    await train(full.options);
    const { options, optimizer, events } = setUp({ precision, steps: 4, resume: full.saved[1] });
    await train(options);
    expect(notices(events)).toEqual([
      expect.stringMatching(/cpu, float32, .* with cpu, float16, .*no longer bit for bit/),
    ]);
    const taken = steps(events).filter(({ skipped }) => !skipped).length;
    expect(taken).toBeGreaterThan(0);
    expect(await (optimizer.stateDict().state[0]!['step'] as Tensor).item()).toBe(2 + taken);
  });
});
