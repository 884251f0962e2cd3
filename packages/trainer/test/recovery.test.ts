import { cpu } from '@evenkeel/backend-cpu';
import { DataLoader } from '@evenkeel/data';
import { DeviceError } from '@evenkeel/errors';
import { mseLoss } from '@evenkeel/nn-layers';
import {
  type Backend,
  currentBackend,
  defaultGenerator,
  memory,
  persistent,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { type Checkpoint, type TrainEvent, TrainingStoppedError, train } from '../src/index.ts';
import { type Losable, losable } from './losable.ts';
import { type Batch, points, setUp, weights } from './set-up.ts';

/**
 * A run with a constant in its loss that no state dict knows.
 *
 * @param loseAfter how many runs and reads later the device goes
 */
function run(backend: Backend, overrides: Parameters<typeof setUp>[0] = {}, loseAfter = Number.POSITIVE_INFINITY) {
  useBackend(backend);
  const scale = tensor([2]).keep();
  const set = setUp({ recovery: { every: 4 }, ...overrides });
  set.options.loss = ({ x, y }: Batch) => mseLoss(set.model.call(x), y).mul(scale).sum();
  (backend as Partial<Losable>).loseAfter?.(loseAfter);
  return set;
}

async function outcome({ options, model, events, saved }: ReturnType<typeof run>) {
  const { seconds, ...result } = await train(options);
  return {
    result,
    weights: await weights(model),
    events: events.filter(({ type }) => type !== 'notice'),
    saved: saved.map(({ record: { seconds: _, ...record }, ...tensors }: Checkpoint) => ({ record, ...tensors })),
    generator: defaultGenerator.getState(),
  };
}

const notices = (events: TrainEvent[]) => events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
const checkpoints = (every: number, saved: Checkpoint[] = []) => ({
  every,
  store: { save: async (checkpoint: Checkpoint) => void saved.push(structuredClone(checkpoint)) },
});

describe('a run whose device is lost', () => {
  test('ends bit for bit as one that was never interrupted, wherever that was', async () => {
    const whole = losable();
    const expected = await outcome(run(whole));
    // Of the weights, after the end.
    const reads = expected.weights.length;
    for (let asked = 1; asked < whole.asked - reads; asked += 13) {
      const set = run(losable(), {}, asked);
      const ended = await outcome(set).catch((error: unknown) => error);
      // Before the first snapshot there is nothing to go back to.
      if (asked < 20 && ended instanceof TrainingStoppedError && !ended.snapshot) continue;
      expect(ended).toEqual(expected);
      expect(notices(set.events)).toEqual([expect.stringMatching(/cpu was lost after step \d+: .* from step \d+/)]);
      expect(currentBackend().isLost).toBe(false);
    }
  });

  test.each([
    ['where steps run operation by operation', { compile: false }],
    ['without checkpoints', { checkpoints: undefined }],
    ['where losses are read at once', { readLoss: 'at once' }],
  ] as const)('goes on %s', async (_, options) => {
    const whole = losable();
    const expected = await outcome(run(whole, options));
    for (const part of [0.3, 0.6, 0.9]) {
      const set = run(losable(), options, Math.floor(whole.asked * part));
      expect(await outcome(set)).toEqual(expected);
      expect(notices(set.events)).toHaveLength(1);
    }
  });

  test('goes on more than once', async () => {
    const whole = losable();
    const expected = await outcome(run(whole));
    const third = Math.floor(whole.asked / 3);
    const set = run(
      losable(async () => losable().loseAfter(third)),
      {},
      third,
    );
    expect(await outcome(set)).toEqual(expected);
    expect(notices(set.events)).toHaveLength(2);
  });

  test('has what its first steps made once and keep for later', async () => {
    const made = (backend: Losable, isLost: boolean) => {
      const set = run(backend, {
        recovery: {},
        checkpoints: undefined,
        validation: undefined,
        earlyStopping: undefined,
      });
      let factor: Tensor | undefined;
      set.options.loss = ({ x, y }) => {
        factor ??= persistent(() => tensor([3]).mul(1));
        return mseLoss(set.model.call(x), y).mul(factor).sum();
      };
      const { onEvent } = set.options;
      set.options.onEvent = (event) => {
        if (isLost && event.type === 'step' && event.step === 8) backend.loseAfter(0);
        return onEvent?.(event);
      };
      return set;
    };
    const expected = await outcome(made(losable(), false));
    const set = made(losable(), true);
    expect(await outcome(set)).toEqual(expected);
    expect(notices(set.events)).toEqual([expect.stringMatching(/from step 3/)]);
  });

  test('ends with a model that can be read, also when the device goes after the last step', async () => {
    const plain = { checkpoints: undefined, validation: undefined, earlyStopping: undefined };
    const expected = await outcome(run(losable(), plain));
    const lost = losable();
    const set = run(lost, plain);
    const { onEvent } = set.options;
    set.options.onEvent = (event) => {
      if (event.type === 'step' && event.step === 10) lost.loseAfter(0);
      return onEvent?.(event);
    };
    expect(await outcome(set)).toEqual(expected);
  });

  test('holds no more memory afterwards', async () => {
    const whole = run(losable());
    await outcome(whole);
    const { bytes } = memory();
    const lost = losable();
    const set = run(lost);
    const { onEvent } = set.options;
    set.options.onEvent = (event) => {
      if (event.type === 'step' && event.step === 6) lost.loseAfter(0);
      return onEvent?.(event);
    };
    await outcome(set);
    expect(currentBackend()).not.toBe(lost);
    expect(memory().bytes).toBe(bytes);
    useBackend(lost);
    expect(memory().tensors).toBe(0);
  });

  test('goes on on another backend that it is given, and says that it is not exact', async () => {
    const other: Backend = { ...cpu(), name: 'other' };
    const set = run(losable(), { recovery: { every: 4, reopen: async () => other } }, 60);
    await train(set.options);
    expect(currentBackend()).toBe(other);
    expect(notices(set.events)).toEqual([
      expect.stringContaining('was lost'),
      expect.stringContaining('no longer bit for bit'),
    ]);
  });
});

describe('a run that cannot go on', () => {
  const noOther = async (): Promise<Backend> => {
    throw new DeviceError('WebGPU found no adapter', { remedy: 'look at chrome://gpu' });
  };

  test('says after which step, why there is no other device, and has the snapshot to resume from', async () => {
    const expected = await outcome(run(losable(), { checkpoints: undefined }));
    const set = run(losable(noOther), { checkpoints: undefined }, 60);
    const error = await train(set.options).catch((reason) => reason);
    expect(error).toBeInstanceOf(TrainingStoppedError);
    const told = set.events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(error.step).toBe(told.at(-1));
    expect(error.message).toMatch(
      /training stopped after step \d: the device of the backend cpu was lost, and no other is there: WebGPU found no adapter[\s\S]*chrome:\/\/gpu; train\(\{ …, resume: error\.snapshot \}\) goes on from step \d/,
    );
    const again = run(losable(), { checkpoints: undefined, resume: error.snapshot });
    const { result, weights: ended, generator } = await outcome(again);
    expect({ result, weights: ended, generator }).toEqual({
      result: expected.result,
      weights: expected.weights,
      generator: expected.generator,
    });
  });

  test('makes a checkpoint of the snapshot', async () => {
    const saved: Checkpoint[] = [];
    const set = run(
      losable(noOther),
      { checkpoints: checkpoints(100, saved), validation: undefined, earlyStopping: undefined },
      60,
    );
    const error = await train(set.options).catch((reason) => reason);
    expect(saved.map(({ record }) => record.step)).toEqual([error.snapshot.record.step]);
    expect(error.remedy).toMatch(
      new RegExp(`the checkpoint of step ${saved[0]?.record.step} is saved: resume from it`),
    );
  });

  test('gives up where each device is lost before a step is done', async () => {
    let opened = 0;
    const next = async (): Promise<Backend> => {
      opened++;
      return losable(next).loseAfter(5);
    };
    const set = run(losable(next), {}, 60);
    const error = await train(set.options).catch((reason) => reason);
    expect(error).toBeInstanceOf(TrainingStoppedError);
    expect(error.message).toMatch(/lost 4 times in a row[\s\S]*smaller batches/);
    expect(opened).toBe(3);
  });

  test('tries again where the next device is lost while it is filled', async () => {
    const broken = losable().loseAfter(1);
    // From then on nothing can be allocated on it.
    const buffer = broken.allocate(4);
    await broken.read(buffer);
    await expect(broken.read(buffer)).rejects.toThrow('lost');
    let opened = 0;
    const set = run(
      losable(async () => (++opened === 1 ? broken : losable())),
      {},
      60,
    );
    await train(set.options);
    expect(currentBackend()).not.toBe(broken);
  });

  test('says so at once where recovery is switched off', async () => {
    let isOpened = false;
    const next = async () => {
      isOpened = true;
      return losable();
    };
    const set = run(losable(next), { recovery: false, checkpoints: checkpoints(2) }, 60);
    const error = await train(set.options).catch((reason) => reason);
    expect(error.message).toMatch(/stopped after step \d: the device was lost[\s\S]*checkpoint of step \d is saved/);
    expect([error.snapshot, isOpened]).toEqual([undefined, false]);
  });

  test('says what to do where memory runs out', async () => {
    const backend = cpu();
    const { allocate } = backend;
    const set = run(backend, { checkpoints: checkpoints(2) });
    let isFull = false;
    backend.allocate = (bytes) => {
      if (isFull) throw new DeviceError(`there is no memory left: ${bytes} bytes asked for`, { got: '99 bytes live' });
      return allocate(bytes);
    };
    set.options.onEvent = (event) => {
      if (event.type === 'step' && event.step === 5) isFull = true;
    };
    const error = await train(set.options).catch((reason) => reason);
    expect(error).toBeInstanceOf(TrainingStoppedError);
    expect(error.message).toMatch(
      /after step 5: there is no memory left: \d+ bytes asked for[\s\S]*99 bytes live[\s\S]*6 samples now; accumulateGradients[\s\S]*step 4 is saved/,
    );
  });

  test('leaves other errors as they are', async () => {
    const set = run(losable());
    const error = new TypeError('mine');
    set.options.onEvent = () => {
      throw error;
    };
    await expect(train(set.options)).rejects.toBe(error);
  });
});

test('no snapshot is taken where nothing can be lost', async () => {
  const backend = cpu();
  let reads = 0;
  const read = backend.read.bind(backend);
  backend.read = (...asked) => {
    reads++;
    return read(...asked);
  };
  const set = run(backend, {
    checkpoints: undefined,
    validation: undefined,
    earlyStopping: undefined,
    clip: undefined,
  });
  await train(set.options);
  // A loss for each step.
  expect(reads).toBe(10);
});

test('a loader that is not the same is still refused', async () => {
  const set = run(losable(), { checkpoints: undefined });
  const { snapshot } = await train({ ...set.options, onEvent: () => Promise.reject(new DeviceError('mine')) }).catch(
    (e) => e,
  );
  const other = run(losable(), { resume: snapshot, data: new DataLoader(points(), { batchSize: 5 }) });
  await expect(train(other.options)).rejects.toThrow(/not the one the checkpoint/);
});
