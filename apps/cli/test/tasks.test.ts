import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Command, evenkeel, type Finished, writeDigits } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const summary = (run: string) => JSON.parse(readFileSync(join(folder, run, 'summary.json'), 'utf8'));
const config = (run: string) => parse(readFileSync(join(folder, run, 'config.yaml'), 'utf8'));
const lastLine = (text: string) => JSON.parse(text.trimEnd().split('\n').at(-1)!);

describe('dates', () => {
  let finished: Finished;
  beforeAll(async () => {
    const options = ['--steps', '4', '--batch-size', '4', '--seed', '5', '--checkpoint-every', '2', '--json'];
    finished = await evenkeel(folder, 'train', 'dates', ...options);
  }, 60_000);

  test('ends with a run in runs/dates and a summary of five entries', () => {
    expect(finished.code).toBe(0);
    const expected = { task: 'dates', exactMatch: expect.any(Number), seconds: expect.any(Number), steps: 4, seed: 5 };
    expect(summary('runs/dates')).toEqual(expected);
    expect(Object.keys(summary('runs/dates'))).toEqual(['task', 'exactMatch', 'seconds', 'steps', 'seed']);
    expect(existsSync(join(folder, 'runs/dates/model.safetensors'))).toBe(true);
    expect(config('runs/dates')).toMatchObject({ task: 'dates', steps: 4, batchSize: 4, seed: 5, backend: 'wasm' });
  });

  test('with --json writes one line to standard output, and all else to standard error', () => {
    expect(JSON.parse(finished.out)).toEqual({ ...summary('runs/dates'), run: 'runs/dates' });
    expect(finished.err).toMatch(/step 4\/4[\s\S]*exact match: \d+ of 1000[\s\S]*run folder: runs\/dates/);
  });

  test('writes a line of metrics for each step', () => {
    const lines = readFileSync(join(folder, 'runs/dates/metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4]);
  });

  test('predict answers with null, and says why, for text that is no date', async () => {
    const texts = ['hello', 'x'.repeat(40), '今天', ' '];
    const json = await evenkeel(folder, 'predict', 'runs/dates', '--json', ...texts);
    expect([json.code, JSON.parse(json.out)]).toEqual([0, { outputs: [null, null, null, null] }]);
    const plain = await evenkeel(folder, 'predict', 'runs/dates', ...texts);
    const lines = plain.out.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/no date: longer than any written date/);
    expect(lines[2]).toMatch(/no date: "今" occurs in no written date/);
    expect(lines[3]).toMatch(/no date: the text is empty/);
  }, 60_000);

  test('predict without a text says what it takes', async () => {
    const { code, err } = await evenkeel(folder, 'predict', 'runs/dates');
    expect([code, err]).toEqual([2, expect.stringMatching(/no date to read[\s\S]*"march 3, 1987"/)]);
  }, 60_000);
});

describe('digits', () => {
  test('is trained in float16 where the backend has it, and the metrics tell the scale', async () => {
    writeDigits(join(folder, 'idx16'));
    const options = ['--data', 'idx16', '--steps', '3', '--batch-size', '4', '--run', 'half', '--backend', 'cpu'];
    const { code } = await evenkeel(folder, 'train', 'digits', ...options, '--precision', 'float16');
    expect(code).toBe(0);
    expect(config('half')).toMatchObject({ backend: 'cpu', precision: 'float16' });
    const lines = readFileSync(join(folder, 'half/metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({ step: 1, scale: 65536 });
  }, 60_000);

  test('learns images that are easy to tell apart, and reads them', async () => {
    writeDigits(join(folder, 'idx'));
    const options = ['--data', 'idx', '--steps', '60', '--batch-size', '16', '--run', 'digits'];
    const { code, out } = await evenkeel(folder, 'train', 'digits', ...options);
    expect(code).toBe(0);
    expect(out).toMatch(/test accuracy: .* of 60 images/);
    expect(summary('digits').accuracy).toBeGreaterThan(0.95);
    const labels = [...readFileSync(join(folder, 'idx/t10k-labels-idx1-ubyte')).subarray(8)];
    const all = labels.map((_, index) => String(index));
    const read = await evenkeel(folder, 'predict', 'digits', 'idx/t10k-images-idx3-ubyte', ...all, '--json');
    const { outputs } = lastLine(read.out);
    const right = outputs.filter((digit: number, index: number) => digit === labels[index]).length;
    expect(right / labels.length).toBe(summary('digits').accuracy);
  }, 60_000);
});

describe('chars', () => {
  test('learns a text, writes some of it, and goes on with another', async () => {
    writeFileSync(join(folder, 'text.txt'), 'to be or not to be, that is the question:\n'.repeat(40));
    const options = ['--text', 'text.txt', '--steps', '5', '--batch-size', '2', '--run', 'chars'];
    const { code, out } = await evenkeel(folder, 'train', 'chars', ...options);
    expect(code).toBe(0);
    expect(out).toMatch(/validation loss: \d\.\d{4} nats per character[\s\S]*what it writes:\nto be or not/);
    expect(config('chars').vocabulary).toBe('\n ,:abehinoqrstu');
    // The text itself is not needed any more.
    rmSync(join(folder, 'text.txt'));
    const predict = ['predict', 'chars', 'to be', '--length', '20', '--seed', '1'];
    const once = await evenkeel(folder, ...predict, '--json');
    expect(JSON.parse(once.out).outputs[0]).toHaveLength(20);
    expect((await evenkeel(folder, ...predict, '--json')).out).toBe(once.out);
    expect((await evenkeel(folder, ...predict)).out).toBe(`to be${JSON.parse(once.out).outputs[0]}\n`);
    const unknown = await evenkeel(folder, 'predict', 'chars', 'zebra');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringMatching(/"z", character 1 of 5/)]);
  }, 60_000);
});

test('predict uses the latest checkpoint of a run that is not finished, and says so', async () => {
  writeDigits(join(folder, 'idx'));
  const options = ['--data', 'idx', '--batch-size', '8', '--checkpoint-every', '5', '--run', 'unfinished'];
  const command = new Command(['train', 'digits', ...options], { cwd: folder });
  await command.until(() => existsSync(join(folder, 'unfinished/checkpoints/step-5')));
  command.kill('SIGKILL');
  await command.finished;
  const { code, out, err } = await evenkeel(folder, 'predict', 'unfinished', 'idx/t10k-images-idx3-ubyte', '--json');
  expect(code).toBe(0);
  expect(err).toMatch(/not finished: using its checkpoint of step \d+/);
  expect(lastLine(out).outputs).toHaveLength(1);
}, 60_000);

test('the backends are listed', async () => {
  const { out } = await evenkeel(folder, 'backends', '--json');
  const { backends } = JSON.parse(out);
  expect(backends.map(({ name }: { name: string }) => name)).toEqual(['wasm', 'cpu', 'webgpu']);
  const [wasm, cpu, webgpu] = backends.map(({ here }: { here: unknown }) => here);
  for (const measured of ['matmulGflops', 'memoryGBps', 'mixedMilliseconds'])
    expect(wasm.speed[measured]).toBeGreaterThan(0);
  // The oracle is not for speed.
  expect(cpu.speed).toBeUndefined();
  // A machine may have the package, and a GPU.
  if ('missing' in webgpu) expect(webgpu.missing).toMatch(/npm install webgpu|found no adapter/);
  else expect(webgpu.speed.matmulGflops).toBeGreaterThan(0);
}, 60_000);

test('the backend auto is the fastest that is here, says so, and stands in the configuration by its name', async () => {
  const { code, err } = await evenkeel(
    folder,
    'train',
    'dates',
    '--run',
    'auto',
    '--steps',
    '1',
    '--backend',
    'auto',
    '--json',
  );
  expect(code).toBe(0);
  const [, name] = err.match(/backend (wasm|webgpu): the fastest here for mixed work \(.*wasm [\d.e+-]+ ms/) ?? [];
  expect(config('auto').backend).toBe(name);
}, 60_000);
