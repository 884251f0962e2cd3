import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wasm } from '@evenkeel/backend-wasm';
import { useBackend } from '@evenkeel/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evenKeel } from '../../src/contenders/ours.ts';
import type { Variant } from '../../src/contenders/variant.ts';
import { race } from '../../src/timing/race.ts';
import { workloads } from '../../src/workloads/index.ts';
import { writeStart } from '../../src/write-start.ts';

const w1 = { ...workloads.find(({ name }) => name === 'W1')!, stepsPerRound: 40 };
const node: Variant = { host: 'node', backend: 'wasm', threads: 1, relaxed: true, wide: false, eager: false };
let folder: string;
let file: string;

beforeAll(async () => {
  useBackend(wasm());
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-chromium-'));
  file = join(folder, 'W1.safetensors');
  await writeStart(w1, file);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a worker of a page trains as Node does: isolated on one thread and on two, bit for bit the same, and not isolated', async () => {
  const contenders = evenKeel(node, ['chromium', 'chromium+threads=2', 'unisolated']);
  const timings = await race(contenders, w1, file, 1);
  expect(timings.map(({ contender, error }) => [contender, error])).toEqual([
    ['even keel', undefined],
    ['even keel, chromium', undefined],
    ['even keel, chromium+threads=2', undefined],
    ['even keel, unisolated', undefined],
  ]);
  const [first, ...pages] = timings.map(({ firstValue, laterValue }) => [firstValue, laterValue]);
  expect(first![0]).toBeGreaterThan(2);
  expect(first![1]).toBeLessThan(1);
  for (const values of pages) expect(values).toEqual(pages[0]);
  const versions = timings.map(({ version }) =>
    /\d threads.*/.exec(version)![0].replace(/Chromium [\d.]+/, 'Chromium'),
  );
  expect(versions).toEqual([
    '1 threads',
    '1 threads, Chromium, isolated',
    '2 threads, Chromium, isolated',
    '1 threads, Chromium, not isolated',
  ]);
  for (const { steps, processor, firstStep } of timings) {
    for (const time of [...steps, ...processor, firstStep]) expect(time).toBeGreaterThan(0);
  }
});

test('two threads in a page that is not isolated are refused, with what it takes', async () => {
  const [timing] = await race(evenKeel({ ...node, host: 'unisolated', threads: 2 }), w1, file, 1);
  expect(timing!.error).toContain('the number of threads is out of range');
  expect(timing!.error).toContain('the page must be cross-origin isolated');
});
