import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wasm } from '@evenkeel/backend-wasm';
import { useBackend } from '@evenkeel/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Contender } from '../src/contenders/contender.ts';
import { evenKeel } from '../src/contenders/ours.ts';
import { loadStart } from '../src/load-start.ts';
import { race } from '../src/timing/race.ts';
import { startUps } from '../src/timing/start-ups.ts';
import { workloads } from '../src/workloads/index.ts';
import { writeStart } from '../src/write-start.ts';

const w1 = { ...workloads.find(({ name }) => name === 'W1')!, stepsPerRound: 2 };
const variant = { host: 'node', backend: 'wasm', threads: 1, relaxed: true, wide: false, eager: false } as const;
let folder: string;
let file: string;

beforeAll(async () => {
  useBackend(wasm());
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-test-'));
  file = join(folder, 'W1.safetensors');
  await writeStart(w1, file);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers each request with the same words. */
function fake(name: string, answer: object): Contender {
  const program = `
    const { writeSync } = require('node:fs');
    writeSync(3, '{"version":"fake"}\\n');
    process.stdin.on('data', () => writeSync(3, ${JSON.stringify(`${JSON.stringify(answer)}\n`)}));`;
  return { name, command: () => [process.execPath, '-e', program] };
}

/** A program that takes some time for a step, as it says, and notes how many it was asked for. */
function counted(name: string, milliseconds: number, log: string): Contender {
  const program = `
    const { appendFileSync, writeSync } = require('node:fs');
    writeSync(3, '{"version":"fake"}\\n');
    process.stdin.on('data', (asked) => {
      appendFileSync(${JSON.stringify(log)}, String(asked).trim() + ' ');
      writeSync(3, JSON.stringify({ milliseconds: ${milliseconds} * asked, processor: 0, value: 1 }) + '\\n');
    });`;
  return { name, command: () => [process.execPath, '-e', program] };
}

test.each([
  ['a turn begins with steps that do not count, for 30 ms', 20, '1 10 10 10 2 10 2 10 '],
  ['a turn begins with what counts where a step takes longer than that', 31, '1 10 10 10 10 '],
])('%s', async (name, milliseconds, asked) => {
  const log = join(folder, `${milliseconds}.txt`);
  const [timing] = await race([counted(name, milliseconds, log)], { ...w1, stepsPerRound: 10 }, file, 2);
  expect(timing?.error).toBeUndefined();
  expect(timing?.steps).toEqual([milliseconds, milliseconds]);
  expect(readFileSync(log, 'utf8')).toBe(asked);
});

test('the start of a workload is the same every time, and read back as it was written', async () => {
  const again = join(folder, 'again.safetensors');
  await writeStart(w1, again);
  const [first, second] = [w1.build(), w1.build()];
  const batches = loadStart(readFileSync(file), first);
  loadStart(readFileSync(again), second);
  expect(batches.map((inputs) => inputs.map(({ shape, dtype }) => [dtype, ...shape]))).toEqual(
    Array(4).fill([
      ['float32', 128, 784],
      ['int32', 128],
    ]),
  );
  const [weight, sameWeight] = [first, second].map(({ model }) => model!.stateDict().get('layers.0.weight')!);
  expect(await weight!.data()).toEqual(await sameWeight!.data());
});

test('two steps of W1 on wasm: two variants begin with the same loss, and each round is timed', async () => {
  const timings = await race(evenKeel(variant, ['plain']), w1, file, 2);
  expect(timings.map(({ contender, error }) => [contender, error])).toEqual([
    ['even keel', undefined],
    ['even keel, plain', undefined],
  ]);
  for (const { firstValue, steps, processor, firstStep, warmUp } of timings) {
    // Ten classes and logits near zero.
    expect(Math.abs(firstValue - Math.log(10))).toBeLessThan(0.2);
    expect(steps).toHaveLength(2);
    for (const time of [...steps, ...processor, firstStep]) expect(time).toBeGreaterThan(0);
    expect(warmUp).toBeGreaterThan(firstStep);
  }
});

test('two steps of W1 on the null backend: nothing is computed, kernels are counted', async () => {
  const [timing] = await race(evenKeel({ ...variant, backend: 'null' }), w1, file, 1);
  expect(timing!.error).toBeUndefined();
  expect(timing!.firstValue).toBe(0);
  expect(timing!.counts?.kernels).toBeGreaterThan(10);
});

test('a contender whose loss is another, that fails or that ends is out by name; the others go on', async () => {
  const timings = await race(
    [
      fake('first', { milliseconds: 250, processor: 240, value: 2.3 }),
      fake('same', { milliseconds: 250, processor: 240, value: 2.3 }),
      fake('off', { milliseconds: 250, processor: 240, value: 2.4 }),
      fake('rounded', { milliseconds: 250, processor: 240, value: 2.30001 }),
      { ...fake('exact', { milliseconds: 250, processor: 240, value: 2.30001 }), isExact: true },
      fake('failing', { error: 'no memory' }),
      { name: 'gone', command: () => [process.execPath, '-e', ''] },
      { name: 'missing', command: () => [join(folder, 'nothing')] },
      { name: 'without it', command: () => undefined },
    ],
    w1,
    file,
    1,
  );
  expect(timings.map(({ contender, error }) => [contender, error])).toEqual([
    ['first', undefined],
    ['same', undefined],
    ['off', 'off: the first result is 2.4, that of first is 2.3'],
    ['rounded', undefined],
    ['exact', 'exact: the first result is 2.30001, that of first is 2.3'],
    ['failing', 'failing: no memory'],
    ['gone', 'gone ended without an answer'],
    ['missing', 'missing ended without an answer'],
  ]);
  expect(timings[0]!.steps).toEqual([125]);
  expect(timings[0]!.processor).toEqual([120]);
});

test('a contender that takes seconds for a step does fewer of them in a round', async () => {
  const program = `
    const { writeSync } = require('node:fs');
    writeSync(3, '{"version":"slow"}\\n');
    process.stdin.on('data', (steps) =>
      writeSync(3, JSON.stringify({ milliseconds: 2000 * steps, processor: 1000 * steps, value: +steps }) + '\\n'));`;
  const slow: Contender = { name: 'slow', command: () => [process.execPath, '-e', program] };
  const [timing] = await race([slow], { ...w1, stepsPerRound: 10 }, file, 1);
  expect(timing).toMatchObject({ firstValue: 1, laterValue: 10, steps: [2000], processor: [1000] });
  expect(timing!.warmUp).toBe(22_000);
});

test('a start-up is timed from the start of a process, anew in each round', async () => {
  const [started] = await startUps([fake('quick', { milliseconds: 7, processor: 7, value: 1 })], w1, file, 2);
  expect(started!.steps).toEqual(Array(4).fill([7, 7]));
  expect(started!.loaded).toHaveLength(2);
  for (const time of started!.loaded) expect(time).toBeGreaterThan(1);
});

test('a backend that does not run on the threads asked for is an error, not a figure with a wrong name', async () => {
  const [timing] = await race(evenKeel({ ...variant, backend: 'cpu', threads: 2 }), w1, file, 1);
  expect(timing!.error).toContain('the backend cpu runs on 1 threads here, not 2');
});
