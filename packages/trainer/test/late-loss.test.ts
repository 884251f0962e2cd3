import { cpu } from '@evenkeel/backend-cpu';
import { NonFiniteError } from '@evenkeel/errors';
import { type Backend, liveNumber, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import { meanLoss, type TrainOptions, train } from '../src/index.ts';
import { type Batch, setUp, steps, weights } from './set-up.ts';

/** What is asked of a device, and when it answers. */
type Log = string[];

/** The oracle as a device that works by itself: what it computes is there some time after it was asked for. */
function byItself(log: Log = []): Backend {
  const inner = cpu();
  let isReading = 0;
  return {
    ...inner,
    isAsynchronous: true,
    run(...given) {
      log.push('run');
      inner.run(...given);
    },
    async read(...given) {
      const number = ++isReading;
      log.push(`read ${number}`);
      const bytes = await inner.read(...given);
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push(`got ${number}`);
      return bytes;
    },
  };
}

const plain = { validation: undefined, earlyStopping: undefined, checkpoints: undefined, clip: undefined };

/** A run whose steps, validations and checkpoints stand in the log. */
function logged(log: Log, overrides: Partial<TrainOptions<Batch>>) {
  useBackend(byItself(log));
  const set = setUp(overrides);
  log.length = 0;
  const { onEvent } = set.options;
  set.options.onEvent = (event) => {
    log.push(event.type === 'notice' ? event.type : `${event.type} ${event.step}`);
    return onEvent?.(event);
  };
  return set;
}

/** The log without what comes several times in a row. */
const brief = (log: Log) => log.filter((entry, i) => entry !== 'run' || log[i - 1] !== 'run');

test('a device that works by itself has its next step before the loss of the last one is waited for', async () => {
  const log: Log = [];
  const { options } = logged(log, { ...plain, steps: 4 });
  await train(options);
  expect(brief(log)).toEqual([
    ...['run', 'read 1'],
    ...['run', 'read 2', 'got 1', 'step 1'],
    ...['run', 'read 3', 'got 2', 'step 2'],
    ...['run', 'read 4', 'got 3', 'step 3'],
    ...['got 4', 'step 4'],
  ]);
});

test('who asks for each loss at once has it before the next step', async () => {
  const log: Log = [];
  const { options } = logged(log, { ...plain, steps: 2, readLoss: 'at once' });
  await train(options);
  expect(brief(log)).toEqual(['run', 'read 1', 'got 1', 'step 1', 'run', 'read 2', 'got 2', 'step 2']);
});

test('a loss is told before its validation, its checkpoint and the end', async () => {
  const log: Log = [];
  const { options, saved } = logged(log, { steps: 5, clip: undefined });
  options.checkpoints!.every = 4;
  await train(options);
  const told = log.filter((entry) => !/run|read|got/.test(entry));
  expect(told).toEqual([
    ...['step 1', 'step 2', 'step 3', 'validation 3', 'checkpoint 3'],
    ...['step 4', 'checkpoint 4', 'step 5', 'checkpoint 5'],
  ]);
  expect(saved.map(({ record }) => record.step)).toEqual([3, 4, 5]);
});

test('losses read late are the same, and so is all else', async () => {
  const outcomes = [];
  for (const readLoss of ['late', 'at once'] as const) {
    for (const backend of [byItself(), cpu()]) {
      useBackend(backend);
      const { options, model, events, saved } = setUp({ readLoss });
      const { seconds, ...result } = await train(options);
      const without = saved.map(({ record: { seconds: _, ...record }, ...tensors }) => ({ record, ...tensors }));
      outcomes.push({ result, events, saved: without, weights: await weights(model) });
    }
  }
  const [first, ...others] = outcomes;
  for (const other of others) expect(other).toEqual(first);
});

test('a loss that is no number is told with its own step, and nothing is saved after it', async () => {
  useBackend(byItself());
  const { options, saved, events, loss } = setUp({ ...plain });
  let calls = 0;
  options.checkpoints = { every: 5, store: { save: async (checkpoint) => void saved.push(checkpoint) } };
  options.loss = (batch) => loss(batch).mul(liveNumber(() => (++calls === 7 ? Number.NaN : 1)));
  const failed = train(options);
  await expect(failed).rejects.toThrow(NonFiniteError);
  await expect(failed).rejects.toThrow(/The loss is NaN at step 7/);
  expect(saved.map(({ record }) => record.step)).toEqual([5]);
  expect(steps(events).at(-1)?.step).toBe(6);
});

test('a signal ends training after the step in progress, which is told and saved', async () => {
  useBackend(byItself());
  const controller = new AbortController();
  const { options, saved, events } = setUp({ ...plain, signal: controller.signal });
  options.checkpoints = { every: 100, store: { save: async (checkpoint) => void saved.push(checkpoint) } };
  options.onEvent = (event) => {
    events.push(event);
    if (event.type === 'step' && event.step === 5) controller.abort();
  };
  const { reason, step, loss } = await train(options);
  expect([reason, step, loss]).toEqual(['aborted', 6, steps(events).at(-1)?.loss]);
  expect(steps(events).map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(saved.map(({ record }) => record.step)).toEqual([6]);
});

test('the rate that is told is that of the step', async () => {
  useBackend(byItself());
  const { options, events } = setUp({ ...plain, schedule: (step) => ({ lr: (step + 1) / 100 }) });
  await train(options);
  expect(steps(events).map(({ lr }) => lr)).toEqual(steps(events).map(({ step }) => step / 100));
});

test('a mean loss has the device compute the next batch before it waits for the last', async () => {
  const log: Log = [];
  const { loss, options, model } = logged(log, plain);
  model.eval();
  const size = ({ x }: Batch) => x.shape[0] as number;
  const epoch = () => options.data.batches({ epoch: 0, from: 0 });
  const { loss: mean } = await meanLoss(epoch(), loss, size);
  expect(brief(log)).toEqual([
    ...['run', 'read 1', 'run', 'read 2', 'got 1', 'run', 'read 3', 'got 2', 'run', 'read 4', 'got 3', 'got 4'],
  ]);
  let [sum, count] = [0, 0];
  for (const batch of epoch()) {
    sum += (await loss(batch).item()) * size(batch);
    count += size(batch);
  }
  expect(count).toBe(20);
  expect(mean).toBe(sum / count);
});
