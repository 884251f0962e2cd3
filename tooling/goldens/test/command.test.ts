import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCases } from '../src/case.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'goldens-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]): { status: number | null; lines: string[]; errors: string } {
  const main = join(root, 'src/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@evenkeel/source', main, ...words], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.trim().split('\n'), errors: stderr };
}

test('runs a folder and ends with the counts', () => {
  cpSync(join(root, 'cases/schedulers.json'), join(folder, 'schedulers.json'));
  const { status, lines } = run(folder, '--backend', 'cpu', '--only', 'StepLR');
  expect(lines).toEqual([
    'cpu float32: 4 passed, 0 failed',
    'cpu float64: 4 passed, 0 failed',
    expect.stringMatching(/^worst relative error in float64: \d/),
    '4 passed, 0 failed, 0 skipped',
  ]);
  expect(status).toBe(0);
});

test('says for each failure file, name, place, value, expectation and tolerance, and exits 1', () => {
  const [golden] = readCases(join(root, 'cases')).filter(({ name }) => name === 'torch.add');
  golden!.outputs['output']!.data[4] = 100;
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ format: 1, torch: '1.13.1', cases: [golden] }));
  const { status, lines } = run(folder, '--backend', 'cpu', '--only', 'wrong', '--json');
  expect(lines[0]).toMatch(
    /^FAIL cpu float32 wrong\.json: torch\.add: output\[1, 1\]: got \S+, want 100 \(allowed ±0\.01\)$/,
  );
  expect(lines.at(-2)).toBe('0 passed, 1 failed, 0 skipped');
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    passed: 0,
    failed: 1,
    failures: [{ file: 'wrong.json', name: 'torch.add' }, {}],
  });
  expect(status).toBe(1);
});

test.each([
  [['--backend', 'tpu'], /no backend tpu; there are wasm, cpu, webgpu and all/],
  [['/nowhere'], /\/nowhere is not a folder/],
  [['--onyl', 'x'], /--onyl/],
  [['--only', 'no such case'], /no case/],
])('%j is refused with exit code 2', (words, message) => {
  const { status, errors } = run(...words);
  expect(errors).toMatch(message);
  expect(status).toBe(2);
});
