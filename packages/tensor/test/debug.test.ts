import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { compile, hostGuard, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { type DebugLevel, debug } from '@evenkeel/tensor/debug';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => debug(0));

/** A model as far as printing knows one: it owns a guard, and names its tensors. */
class Line {
  readonly slope = new Parameter(tensor([2, 3]));
  isTraining = true;

  call(x: Tensor): Tensor {
    const isTraining = hostGuard(() => this.isTraining, this);
    const y = x.mul(this.slope);
    return isTraining ? y.square() : y;
  }

  namedParameters(): [string, Tensor][] {
    return [['slope', this.slope]];
  }

  namedBuffers(): [string, Tensor][] {
    return [];
  }
}

/** What is printed while a compiled function is called some times, and the slope in the end. */
async function printed(level: DebugLevel, calls = 3): Promise<{ texts: string[]; slope: number[] }> {
  const texts: string[] = [];
  debug(level, (text) => texts.push(text));
  const line = new Line();
  const step = compile(function train(batch: { x: Tensor }, rate: number) {
    line.slope.grad = undefined;
    const loss = line.call(batch.x).sum();
    loss.backward();
    line.slope.assign(line.slope.sub((line.slope.grad as unknown as Tensor).mul(rate)));
    return { loss };
  });
  for (let call = 0; call < calls; call++) step({ x: tensor([call, 1]) }, 0.01);
  const slope = [...(await line.slope.data())];
  // Code arrives later.
  const isThere = () => texts.some((text) => /code of step|makes no code/.test(text));
  if (level >= 3) await vi.waitFor(() => expect(isThere()).toBe(true), { timeout: 30_000 });
  return { texts, slope };
}

test('level 1 says why calls are recorded, and what their program does, by the names that things have', async () => {
  useBackend(cpu());
  const { texts } = await printed(1);
  await expect(`${texts.join('\n')}\n`).toMatchFileSnapshot('snapshots/debug-1.txt');
});

test('level 2 shows every stage on the way to the kernels', async () => {
  useBackend(cpu());
  const { texts } = await printed(2);
  await expect(`${texts.join('\n')}\n`).toMatchFileSnapshot('snapshots/debug-2.txt');
});

test('level 3 shows the code of a backend that makes some, each kernel once', async () => {
  useBackend(wasm());
  const code = (await printed(3)).texts.filter((text) => text.includes('code of step'));
  expect(code.length).toBeGreaterThan(0);
  for (const text of code) expect(text).toMatch(/\nf0\(values, table, from, to, thread\)\n.* {2}i5 = i32\.load\(/s);
  useBackend(cpu());
  expect((await printed(3)).texts).toContain('train: cpu makes no code of kernels');
});

test('level 4 times kernels by themselves, and what is computed stays the same to the bit', async () => {
  useBackend(wasm());
  const plain = await printed(1, 12);
  const timed = await printed(4, 12);
  expect(timed.slope).toEqual(plain.slope);
  const times = timed.texts.filter((text) => /run \d+/.test(text));
  expect(times.map((text) => /run (\d+)/.exec(text)?.[1])).toEqual(['1', '2', '3', '10']);
  const steps = /planned for wasm, (\d+) kernels?/.exec(timed.texts.join('\n'))?.[1];
  const [head, ...rows] = (times.at(-1) as string).split('\n');
  expect(head).toMatch(new RegExp(`^train: run 10, best times of ${steps} steps: [\\d.]+ ms$`));
  expect(rows).toHaveLength(Number(steps));
  for (const row of rows) expect(row).toMatch(/^ +[\d.]+ ms +[\d.]+ % +[\d.]+ GB\/s {2}\d+ {2}loop /);
});

test('a guard that changed is named with whose it is', () => {
  useBackend(cpu());
  const texts: string[] = [];
  debug(1, (text) => texts.push(text));
  const line = new Line();
  const call = compile((x: Tensor) => line.call(x));
  call(tensor([1, 2]));
  line.isTraining = false;
  call(tensor([1, 2]));
  expect(texts.filter((text) => text.includes('guard'))).toEqual([
    'compiled function 1: recorded, for a guard of a Line went from true to false: () => this.isTraining',
  ]);
});

test('level 0 prints nothing', async () => {
  useBackend(cpu());
  expect((await printed(0)).texts).toEqual([]);
});

function run(DEBUG: string, ...words: string[]) {
  const program = join(import.meta.dirname, 'programs/one-step.ts');
  const command = ['--conditions=@evenkeel/source', program, ...words];
  return spawnSync(process.execPath, command, { encoding: 'utf8', env: { ...process.env, DEBUG } });
}

test('DEBUG=1 in Node prints to stderr, also of a program that fails before it waits for anything', () => {
  const { stdout, stderr } = run('1');
  expect(stdout).toBe('2,4,6\n');
  expect(stderr).toMatch(
    /^compiled function 1: recorded, the first call with x float32\[1\]\n.*planned for wasm, 1 kernel/s,
  );
  expect(run('1', 'fail').stderr).toMatch(/planned for wasm.*on purpose/s);
});

test.each(['0', 'express:*'])('DEBUG=%s prints nothing', (level) => {
  expect(run(level)).toMatchObject({ stdout: '2,4,6\n', stderr: '' });
});
