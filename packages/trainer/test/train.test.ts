import { cpu } from '@evenkeel/backend-cpu';
import { DataLoader } from '@evenkeel/data';
import { ConfigError, NonFiniteError } from '@evenkeel/errors';
import { clipGradNorm } from '@evenkeel/optimizers';
import { warmupCosine } from '@evenkeel/schedulers';
import {
  type Backend,
  defaultGenerator,
  isGradEnabled,
  liveNumber,
  memory,
  type Parameter,
  useBackend,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Checkpoint, type TrainEvent, train } from '../src/index.ts';
import { points, setUp, steps, weights } from './set-up.ts';

let backend: Backend;
beforeEach(() => {
  backend = cpu();
  useBackend(backend);
});

describe('train', () => {
  test('does what the loop written by hand does, bit for bit', async () => {
    const byHand = setUp();
    const schedule = warmupCosine({ lr: 0.05, warmup: 2, total: 10 });
    const losses: number[] = [];
    let step = 0;
    for (let epoch = 0; step < 10; epoch++) {
      for (const batch of byHand.options.data.batches({ epoch, from: 0 })) {
        if (step === 10) break;
        byHand.optimizer.paramGroups[0]!.lr = schedule(step++).lr;
        byHand.optimizer.zeroGrad();
        const loss = byHand.loss(batch);
        loss.backward();
        clipGradNorm(byHand.model.parameters(), 0.5);
        byHand.optimizer.step();
        losses.push(await loss.item());
      }
    }
    const trained = setUp({ validation: undefined, earlyStopping: undefined, checkpoints: undefined });
    const result = await train(trained.options);
    expect(result).toMatchObject({ step: 10, reason: 'finished', loss: losses.at(-1) });
    expect(steps(trained.events).map((event) => event.loss)).toEqual(losses);
    expect(steps(trained.events).map((event) => event.lr)).toEqual(losses.map((_, index) => schedule(index).lr));
    expect(await weights(trained.model)).toEqual(await weights(byHand.model));
  });

  test('counts epochs where told to', async () => {
    const { options, events } = setUp({ steps: undefined, epochs: 2 });
    // 20 samples in batches of 6 are 4 batches an epoch.
    expect((await train(options)).step).toBe(8);
    expect(steps(events).map((event) => event.epoch)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test('validates in eval mode without gradients and goes on in training mode', async () => {
    const seen: unknown[] = [];
    const { options, model } = setUp();
    options.validation!.evaluate = async () => {
      seen.push([model.training, isGradEnabled()]);
      return { loss: 1 };
    };
    await train(options);
    expect(seen).toEqual(Array(3).fill([false, false]));
    expect([model.training, isGradEnabled()]).toEqual([true, true]);
  });

  test('stops early and ends with the best model', async () => {
    const { options, model } = setUp({ earlyStopping: { patience: 2 } });
    const values = [3, 1, 2, 1.5, 0];
    let best: unknown;
    options.validation = {
      every: 1,
      evaluate: async () => {
        const loss = values.shift()!;
        if (loss === 1) best = await weights(model);
        return { loss };
      },
    };
    expect(await train(options)).toMatchObject({ step: 4, reason: 'early stopping', best: { step: 2, value: 1 } });
    expect(await weights(model)).toEqual(best);
  });

  test('stops at a signal after the step in progress, with a checkpoint of it', async () => {
    const controller = new AbortController();
    const { options, saved, events } = setUp({ signal: controller.signal });
    options.checkpoints!.every = 100;
    options.onEvent = (event) => {
      events.push(event);
      if (event.type === 'step' && event.step === 5) controller.abort();
    };
    const { best, ...result } = await train(options);
    expect(result).toMatchObject({ step: 5, reason: 'aborted' });
    expect(saved.at(-1)!.record.step).toBe(5);
    expect(best!.step).toBe(3);
  });

  test('names the step at which the loss is no number, and keeps the checkpoints from before', async () => {
    const { options, saved, loss } = setUp();
    let calls = 0;
    options.loss = (batch) => loss(batch).mul(liveNumber(() => (++calls === 4 ? Number.NaN : 1)));
    const failed = train(options);
    await expect(failed).rejects.toThrow(NonFiniteError);
    await expect(failed).rejects.toThrow(/The loss is NaN at step 4/);
    expect(saved.map(({ record }) => record.step)).toEqual([1, 2, 3]);
  });

  test('never saves a model that holds a number that is none', async () => {
    const { options, saved, model } = setUp({ clip: undefined, steps: 1 });
    options.validation = {
      every: 1,
      evaluate: async () => {
        const [weight] = model.parameters() as [Parameter];
        weight.assign(weight.mul(Number.POSITIVE_INFINITY));
        return { loss: 1 };
      },
    };
    await expect(train(options)).rejects.toThrow(/0\.weight holds a number that is not finite after step 1/);
    expect(saved).toEqual([]);
  });

  test('refuses options that do not go together', async () => {
    const both = setUp({ epochs: 1 });
    await expect(train(both.options)).rejects.toThrow(ConfigError);
    const unseen = setUp({ validation: undefined });
    await expect(train(unseen.options)).rejects.toThrow(/Early stopping needs a validation/);
  });

  test('does not hold more memory from step to step', async () => {
    const { options } = setUp({ steps: 40 });
    // Every 12 steps an epoch (4 batches, the last one smaller) and a validation (3 steps) end together.
    const live: unknown[] = [];
    options.onEvent = (event) => {
      if (event.type === 'checkpoint' && event.step % 12 === 0) live.push([memory().tensors, memory().bytes]);
    };
    await train(options);
    expect(live.at(-1)).toEqual(live[0]);
  });
});

describe('a resumed run', () => {
  test('ends bit for bit as the uninterrupted one, wherever it was stopped', async () => {
    const whole = setUp();
    await train(whole.options);
    const expected = await weights(whole.model);
    const generator = defaultGenerator.getState();
    for (const checkpoint of whole.saved) {
      const { step } = checkpoint.record;
      const resumed = setUp({ resume: checkpoint });
      const result = await train(resumed.options);
      expect(result.step).toBe(10);
      expect(await weights(resumed.model)).toEqual(expected);
      expect(defaultGenerator.getState()).toEqual(generator);
      const after = (events: TrainEvent[]) =>
        events.filter((event) => (event.type === 'step' || event.type === 'validation') && event.step > step);
      expect(after(resumed.events)).toEqual(after(whole.events));
      const withoutTime = ({ record: { seconds, ...record }, ...tensors }: Checkpoint) => ({ record, ...tensors });
      expect(resumed.saved.map(withoutTime)).toEqual(whole.saved.slice(step).map(withoutTime));
    }
  });

  test('does not go on after its early stop', async () => {
    const options = { earlyStopping: { patience: 1 } };
    const rising = () => {
      let value = 0;
      return { every: 1, evaluate: async () => ({ loss: value++ }) };
    };
    const first = setUp({ ...options, validation: rising() });
    expect((await train(first.options)).step).toBe(2);
    const second = setUp({ ...options, validation: rising(), resume: first.saved.at(-1)! });
    expect(await train(second.options)).toMatchObject({ step: 2, reason: 'early stopping' });
    expect(await weights(second.model)).toEqual(await weights(first.model));
  });

  test('refuses other data', async () => {
    const first = setUp({ steps: 1 });
    await train(first.options);
    const data = new DataLoader(points(), {
      batchSize: 5,
      shuffle: true,
      seed: 3,
    });
    const second = setUp({ data, resume: first.saved[0]! });
    await expect(train(second.options)).rejects.toThrow(/"batchSize":5[\s\S]*"batchSize":6/);
  });

  test('says so when it goes on under other numerics', async () => {
    const first = setUp({ steps: 1 });
    await train(first.options);
    const { record, ...tensors } = first.saved[0]!;
    const numerics = { ...record.numerics, backend: 'wasm', arithmetic: 'fused' };
    const second = setUp({ resume: { ...tensors, record: { ...record, numerics } } });
    await train(second.options);
    const [notice] = second.events.filter((event) => event.type === 'notice');
    expect(notice?.message).toMatch(/made on wasm, float32, fused.*cpu, float32, separate.*no longer bit for bit/);
    expect(first.events.some((event) => event.type === 'notice')).toBe(false);
  });
});

test('a checkpoint reads each tensor once, also at the best step', async () => {
  const reads: number[] = [];
  const { options, model } = setUp({ steps: 3 });
  const read = backend.read.bind(backend);
  let count = 0;
  backend.read = (...asked) => {
    count++;
    return read(...asked);
  };
  options.validation = { every: 1, evaluate: async () => ({ loss: -reads.length }) };
  options.onEvent = ({ type }) => {
    if (type === 'step') count = 0;
    if (type === 'checkpoint') reads.push(count);
  };
  await train(options);
  // Each parameter with its two moments.
  expect(reads).toEqual(Array(3).fill(3 * model.parameters().length));
});
