import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, DataError } from '@evenkeel/errors';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../src/checkpoint.ts';
import type { TrainEvent } from '../src/events.ts';
import { type Disk, realDisk } from '../src/node/disk.ts';
import { RunFolder } from '../src/node/run-folder.ts';

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evenkeel-run-'));
  path = join(root, 'run');
});
afterEach(() => rmSync(root, { recursive: true }));

const tensors = (value: number) =>
  new Map([['weight', { dtype: 'F32' as const, shape: [2], data: new Uint8Array(Float32Array.of(value, 1).buffer) }]]);

function checkpoint(step: number, bestStep?: number): Checkpoint {
  const best = bestStep === undefined ? {} : { best: { step: bestStep, value: 0.5 } };
  return {
    model: tensors(step),
    state: tensors(-step),
    record: {
      version: 1,
      step,
      position: { epoch: 0, batch: step },
      data: {},
      generator: { seed: 1, offset: step },
      optimizer: { param_groups: [] },
      selection: { ...best, unimproved: 0 },
      best: 'none',
      numerics: { backend: 'cpu', arithmetic: 'separate', dtype: 'float32', steps: 'programs' },
      seconds: step / 10,
    },
  };
}

const step = (number: number): TrainEvent => ({
  type: 'step',
  step: number,
  steps: 9,
  epoch: 0,
  loss: 1 / number,
  lr: 0.1,
});
const metrics = () => readFileSync(join(path, 'metrics.jsonl'), 'utf8');
const checkpoints = () => readdirSync(join(path, 'checkpoints')).sort();

/** A disk on which some work fails as on a full one. */
function fullDisk(fails: (file: string) => boolean): Disk {
  const full = async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return {
    ...realDisk,
    open: async (file, ...rest) => {
      const handle = await realDisk.open(file, ...rest);
      if (fails(String(file))) Object.assign(handle, { writeFile: full, appendFile: full });
      return handle;
    },
  };
}

describe('a new run folder', () => {
  test('begins with its configuration', async () => {
    const run = await RunFolder.create(path, { config: 'task: test\n' });
    expect(run.config).toBe('task: test\n');
    expect((await RunFolder.open(path)).config).toBe('task: test\n');
    expect(run.hasCheckpoint).toBe(false);
  });

  test('is refused where a run is, unless forced, and then nothing of the old run is left', async () => {
    const old = await RunFolder.create(path, { config: 'old' });
    await old.record(step(1));
    await old.save(checkpoint(1));
    await old.finish(tensors(1), { steps: 1 });
    writeFileSync(join(path, 'notes.txt'), 'mine');
    await expect(RunFolder.create(path, { config: 'new' })).rejects.toThrow(ConfigError);
    expect(readFileSync(join(path, 'config.yaml'), 'utf8')).toBe('old');
    const run = await RunFolder.create(path, { config: 'new', force: true });
    expect(run.config).toBe('new');
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'config.yaml', 'notes.txt']);
    expect(run.hasCheckpoint).toBe(false);
  });

  test('is refused where other things are, even if forced', async () => {
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.tex'), '');
    await expect(RunFolder.create(path, { config: '', force: true })).rejects.toThrow(/not empty[\s\S]*thesis\.tex/);
  });
});

test('a folder that is no run is not opened', async () => {
  mkdirSync(path);
  await expect(RunFolder.open(path)).rejects.toThrow(DataError);
  await expect(RunFolder.open(path)).rejects.toThrow(/is not a run folder/);
  await expect(RunFolder.open(join(root, 'nowhere'))).rejects.toThrow(/nothing of this name/);
});

describe('checkpoints', () => {
  test('come back as they were saved', async () => {
    const run = await RunFolder.create(path, { config: '' });
    await run.save(checkpoint(5, 5));
    const { checkpoint: read, damaged } = await run.latestCheckpoint();
    expect(damaged).toEqual([]);
    expect(read).toEqual(checkpoint(5, 5));
    expect(readdirSync(join(path, 'checkpoints', 'step-5')).sort()).toEqual([
      'model.safetensors',
      'state.json',
      'state.safetensors',
    ]);
  });

  test('stay for the last few steps and the best one', async () => {
    const run = await RunFolder.create(path, { config: '', keepLast: 2 });
    for (const number of [10, 20, 30, 40, 100]) await run.save(checkpoint(number, number >= 20 ? 20 : 10));
    expect(checkpoints()).toEqual(['step-100', 'step-20', 'step-40']);
  });

  test.each([
    [
      'a bit of the model flipped',
      'model.safetensors',
      (bytes: Buffer) => bytes.fill(bytes.at(-1)! ^ 1, bytes.length - 1),
    ],
    ['the state cut off', 'state.safetensors', (bytes: Buffer) => bytes.subarray(0, 20)],
    ['a record that is no JSON', 'state.json', (bytes: Buffer) => bytes.subarray(0, 30)],
    ['a record of another version', 'state.json', () => Buffer.from('{"version": 2}')],
  ])('with %s are passed over, saying so, for the one before', async (_, name, damage) => {
    const run = await RunFolder.create(path, { config: '' });
    await run.save(checkpoint(1));
    await run.save(checkpoint(2));
    const file = join(path, 'checkpoints', 'step-2', name);
    writeFileSync(file, damage(readFileSync(file)));
    const { checkpoint: read, damaged } = await run.latestCheckpoint();
    expect(read?.record.step).toBe(1);
    expect(damaged).toHaveLength(1);
    expect(damaged[0]).toMatch(new RegExp(`step 2 is damaged.*${name.replace('.', '\\.')}`));
  });

  test('replace a damaged one of the same step', async () => {
    const run = await RunFolder.create(path, { config: '' });
    await run.save(checkpoint(1));
    writeFileSync(join(path, 'checkpoints', 'step-1', 'state.json'), '');
    await run.save(checkpoint(1));
    expect((await run.latestCheckpoint()).checkpoint?.record.step).toBe(1);
    expect(checkpoints()).toEqual(['step-1']);
  });

  test('that a killed process left unfinished are not found, and go at the next resume', async () => {
    const run = await RunFolder.create(path, { config: '' });
    await run.save(checkpoint(1));
    mkdirSync(join(path, 'checkpoints', '.tmp-step-2'));
    writeFileSync(join(path, '.model.safetensors.0123abcd.tmp'), 'half');
    expect((await run.latestCheckpoint()).checkpoint?.record.step).toBe(1);
    await run.rewind(1);
    expect(checkpoints()).toEqual(['step-1']);
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'config.yaml']);
  });
});

describe('metrics', () => {
  test('are cut back to a step, with a last line that is not whole', async () => {
    const run = await RunFolder.create(path, { config: '' });
    for (const number of [1, 2, 3]) await run.record(step(number));
    await run.record({ type: 'validation', step: 3, metrics: { loss: 2 }, improved: true });
    appendFileSync(join(path, 'metrics.jsonl'), '{"step":4,"lo');
    await run.rewind(2);
    await run.record(step(3));
    const expected = [1, 2, 3].map((number) => ({ step: number, epoch: 0, loss: 1 / number, lr: 0.1 }));
    expect(
      metrics()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(expected);
    expect(metrics().endsWith('\n')).toBe(true);
  });

  test('tell the scale of a step in float16, and which steps were skipped', async () => {
    const run = await RunFolder.create(path, { config: '' });
    await run.record({ ...step(1), scale: 65536, skipped: true, loss: Number.NaN } as TrainEvent);
    await run.record({ ...step(2), scale: 32768 } as TrainEvent);
    expect(
      metrics()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { step: 1, epoch: 0, loss: null, lr: 0.1, scale: 65536, skipped: true },
      { step: 2, epoch: 0, loss: 0.5, lr: 0.1, scale: 32768 },
    ]);
  });
});

describe('a full disk', () => {
  test('fails a checkpoint with a clear error and leaves the ones before whole', async () => {
    const run = await RunFolder.create(path, { config: '' });
    await run.save(checkpoint(1));
    const full = await RunFolder.open(path, { disk: fullDisk((file) => file.includes('state.json')) });
    const failed = full.save(checkpoint(2));
    await expect(failed).rejects.toThrow(DataError);
    await expect(failed).rejects.toThrow(/the disk is full/);
    expect(checkpoints()).toEqual(['step-1']);
    expect((await run.latestCheckpoint()).checkpoint).toEqual(checkpoint(1));
  });

  test('fails a line of metrics with a clear error', async () => {
    await RunFolder.create(path, { config: '' });
    const full = await RunFolder.open(path, { disk: fullDisk((file) => file.endsWith('metrics.jsonl')) });
    await expect(full.record(step(1))).rejects.toThrow(/the disk is full[\s\S]*metrics\.jsonl[\s\S]*make room/);
  });

  test('at the end leaves no summary, so that the run counts as unfinished', async () => {
    await RunFolder.create(path, { config: '' });
    const full = await RunFolder.open(path, { disk: fullDisk((file) => file.includes('model.safetensors')) });
    await expect(full.finish(tensors(1), {})).rejects.toThrow(/the disk is full/);
    expect(existsSync(join(path, 'summary.json'))).toBe(false);
    expect(readdirSync(path)).toEqual(['config.yaml']);
  });
});

describe('the model of a run', () => {
  test('is the final one, or before that the latest checkpoint’s', async () => {
    const run = await RunFolder.create(path, { config: '' });
    await expect(run.model()).rejects.toThrow(/no trained model yet[\s\S]*resume/);
    await run.save(checkpoint(3));
    expect(await run.model()).toEqual({ tensors: tensors(3), step: 3 });
    await run.finish(tensors(9), { steps: 9 });
    expect(await run.model()).toEqual({ tensors: tensors(9), step: undefined });
    expect(run.summary).toEqual({ steps: 9 });
  });
});
