import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@evenkeel/formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Command, evenkeel, filesBelow, writeDigits } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-exact-'));
const options = ['--data', 'idx', '--steps', '60', '--batch-size', '8', '--checkpoint-every', '7', '--seed', '3'];
const train = ['train', 'digits', ...options, '--run'];

const model = (run: string) => readFileSync(join(folder, run, 'model.safetensors'));
const metrics = (run: string) => readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8');

let whole: Buffer;
beforeAll(async () => {
  writeDigits(join(folder, 'idx'));
  const { code, err } = await evenkeel(folder, ...train, 'whole');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  whole = model('whole');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Throws for a file that is not whole. */
function expectWhole(run: string): void {
  for (const file of filesBelow(join(folder, run))) {
    // What a file is called until it is whole.
    if (/\/\.[^/]+\.tmp$/.test(file)) continue;
    const bytes = readFileSync(file);
    if (file.endsWith('.safetensors')) readSafetensors(bytes, file);
    if (file.endsWith('.json')) JSON.parse(bytes.toString());
    if (file.endsWith('.jsonl')) for (const line of bytes.toString().split('\n').slice(0, -1)) JSON.parse(line);
  }
}

function lines(run: string): number {
  const path = join(folder, run, 'metrics.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

function savesAt(run: string, start: string): boolean {
  const path = join(folder, run, 'checkpoints');
  return existsSync(path) && readdirSync(path).some((name) => name.startsWith(start));
}

describe('a run killed at any moment', () => {
  const moments: [when: string, holds: (run: string) => boolean][] = [
    ['its folder has appeared', (run) => existsSync(join(folder, run, 'config.yaml'))],
    ['a few steps are done and nothing is saved', (run) => lines(run) >= 3],
    ['a checkpoint is being written', (run) => savesAt(run, '.tmp-')],
    ['a checkpoint is there', (run) => savesAt(run, 'step-14')],
    ['most steps are done', (run) => lines(run) >= 50],
    ['all steps are done', (run) => savesAt(run, 'step-60')],
  ];

  test.each(moments)(
    'when %s, has only whole files and resumes bit for bit',
    async (_, holds) => {
      const run = `killed-${moments.findIndex(([, each]) => each === holds)}`;
      const command = new Command([...train, run], { cwd: folder });
      await command.until(() => holds(run));
      command.kill('SIGKILL');
      await command.finished;
      expectWhole(run);
      const { code, err } = await evenkeel(folder, 'resume', run);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(model(run).equals(whole)).toBe(true);
      expect(metrics(run)).toBe(metrics('whole'));
      expect(filesBelow(join(folder, run)).filter((file) => file.includes('/.'))).toEqual([]);
    },
    60_000,
  );

  test('again and again still ends bit for bit', async () => {
    const first = new Command([...train, 'often'], { cwd: folder });
    await first.until(() => lines('often') >= 10);
    first.kill('SIGKILL');
    await first.finished;
    for (const enough of [25, 40]) {
      const next = new Command(['resume', 'often'], { cwd: folder });
      await next.until(() => lines('often') >= enough);
      next.kill('SIGKILL');
      await next.finished;
      expectWhole('often');
    }
    expect((await evenkeel(folder, 'resume', 'often')).code).toBe(0);
    expect(model('often').equals(whole)).toBe(true);
  }, 60_000);
});

describe.runIf(process.arch === 'x64')('wide vectors', () => {
  test('change no bit of a run, nor of one that goes on with them', async () => {
    expect(await evenkeel(folder, ...train, 'wide', '--wide', '--threads', '2')).toMatchObject({ code: 0, err: '' });
    expect(metrics('wide')).toBe(metrics('whole'));
    expect(model('wide').equals(whole)).toBe(true);
    const command = new Command([...train, 'half-wide'], { cwd: folder });
    await command.until(() => lines('half-wide') >= 20);
    command.kill('SIGKILL');
    await command.finished;
    expect(await evenkeel(folder, 'resume', 'half-wide', '--wide')).toMatchObject({ code: 0, err: '' });
    expect(model('half-wide').equals(whole)).toBe(true);
  }, 60_000);
});

describe('Ctrl-C', () => {
  test('finishes the step, saves, tells how to resume, and exits with 130', async () => {
    const command = new Command([...train, 'stopped'], { cwd: folder });
    await command.until(() => lines('stopped') >= 10);
    command.kill('SIGINT');
    const { code, out, err } = await command.finished;
    expect(code, err).toBe(130);
    const step = Number(/saved at step (\d+); go on with: evenkeel resume stopped\n$/.exec(out)?.[1]);
    expect(step).toBeGreaterThanOrEqual(10);
    expect(savesAt('stopped', `step-${step}`)).toBe(true);
    expect(lines('stopped')).toBe(step);
    const resumed = await evenkeel(folder, 'resume', 'stopped');
    expect(resumed.out).toContain(`going on from step ${step}`);
    expect(model('stopped').equals(whole)).toBe(true);
  }, 60_000);

  test('with --json ends with one line that says so', async () => {
    const command = new Command([...train, 'json-stopped', '--json'], { cwd: folder });
    await command.until(() => lines('json-stopped') >= 5);
    command.kill('SIGINT');
    const { code, out, err } = await command.finished;
    expect(code, err).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ task: 'digits', interrupted: true, run: 'json-stopped' });
  }, 60_000);
});

describe('resume', () => {
  test('passes over a damaged checkpoint, says so, and still ends bit for bit', async () => {
    const command = new Command([...train, 'damaged'], { cwd: folder });
    await command.until(() => savesAt('damaged', 'step-21'));
    command.kill('SIGKILL');
    await command.finished;
    const last = Math.max(
      ...readdirSync(join(folder, 'damaged', 'checkpoints')).map((name) => Number(/^step-(\d+)$/.exec(name)?.[1] ?? 0)),
    );
    const file = join(folder, 'damaged', 'checkpoints', `step-${last}`, 'state.safetensors');
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    const { code, out, err } = await evenkeel(folder, 'resume', 'damaged');
    expect(code, err).toBe(0);
    expect(out).toMatch(new RegExp(`checkpoint of step ${last} is damaged and was passed over`));
    expect(out).toContain(`going on from step ${last - 7}`);
    expect(model('damaged').equals(whole)).toBe(true);
  }, 60_000);

  test('of a finished run says that nothing is left to do', async () => {
    const { code, out, err } = await evenkeel(folder, 'resume', 'whole', '--json');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ task: 'digits', steps: 60, seed: 3, run: 'whole' });
    expect(model('whole').equals(whole)).toBe(true);
  }, 60_000);

  test('on another backend says that exactness is lost', async () => {
    const command = new Command([...train, 'elsewhere'], { cwd: folder });
    await command.until(() => savesAt('elsewhere', 'step-56'));
    command.kill('SIGINT');
    await command.finished;
    const { code, out, err } = await evenkeel(folder, 'resume', 'elsewhere', '--backend', 'cpu');
    expect(code, err).toBe(0);
    expect(out).toMatch(/made on wasm.*going on with cpu.*no longer bit for bit/);
  }, 60_000);
});
