import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCommandLine } from '../src/command-line.ts';
import type { Check } from '../src/index.ts';
import { lines, report } from '../src/report.ts';

test('all backends are checked unless one is named', () => {
  const plain = { host: 'node', seed: 1, only: undefined, json: false };
  expect(readCommandLine([])).toEqual({ ...plain, backends: ['cpu', 'wasm', 'webgpu'] });
  expect(readCommandLine(['--', '--backend', 'wasm', '--in', 'chromium', '--seed', '7', '--json'])).toEqual({
    backends: ['wasm'],
    host: 'chromium',
    seed: 7,
    only: undefined,
    json: true,
  });
});

test('an unknown backend names the known ones and the nearest', () => {
  expect(() => readCommandLine(['--backend', 'wsam'])).toThrow(
    /no backend "wsam"[\s\S]*cpu, wasm, webgpu, all[\s\S]*wasm\?/,
  );
});

const only = ['--backend', 'cpu', '--seed', '7', '--only', 'replay: graph 3 of seed 7 (750003)'];

test('one graph of one seed can be run again by its name', () => {
  const { status, stdout } = run(...only);
  expect(stdout).toMatch(/^cpu: cases[\s\S]*replay +1\n[\s\S]*1 passed, 0 failed/);
  expect(status).toBe(0);
});

const chromium = process.env['CHROME_PATH'] || '/usr/bin/chromium';

test.skipIf(!existsSync(chromium))('it can be run in a page', () => {
  const { status, stdout } = run(...only, '--in', 'chromium');
  expect(stdout).toMatch(/^cpu in Chromium [\d.]+: cases[\s\S]*replay +1\n[\s\S]*1 passed, 0 failed/);
  expect(status).toBe(0);
});

test('the checks run here or in a page', () => {
  expect(() => readCommandLine(['--in', 'firefox'])).toThrow(/"firefox"[\s\S]*node or chromium/);
});

test('a seed must be a whole number', () => {
  expect(() => readCommandLine(['--seed', '-1'])).toThrow(/seed/);
  expect(() => readCommandLine(['--seed', 'x'])).toThrow(/seed/);
});

test('an unknown option or backend ends with code 2 and the usage', () => {
  for (const words of [
    ['--bakend', 'cpu'],
    ['--backend', 'abacus'],
  ]) {
    const { status, stderr } = run(...words);
    expect(status).toBe(2);
    expect(stderr).toContain('usage: pnpm conformance');
  }
});

test('the table tells how many cases of each primitive passed, and failures show what was wrong', () => {
  const one = (operation: 'exp' | 'log', aspect: 'forward' | 'backward', name: string): Check => ({
    group: `${operation} ${aspect}`,
    name,
    operation,
    aspect,
    run: async () => {},
  });
  const checks = [one('exp', 'forward', 'a'), one('exp', 'forward', 'b'), one('log', 'backward', 'a')];
  const other: Check = { group: 'kernels', name: 'softmax', run: async () => {} };
  const failures = [{ check: checks[1] as Check, problem: 'element 0 is 1 instead of 2' }];
  const told = lines(report('wasm', 1.25, [...checks, other], failures, []));
  expect(told).toEqual([
    'wasm: cases passed  forward  backward  gradient  second derivative',
    'exp                 1 of 2   -         -         -',
    'log                 -        1         -         -',
    'kernels  1',
    'FAIL wasm exp forward: b: element 0 is 1 instead of 2',
    'wasm: 3 passed, 1 failed, 0 skipped in 1.3 s',
    '',
  ]);
});

function run(...words: string[]) {
  const main = join(import.meta.dirname, '../src/main.ts');
  return spawnSync(process.execPath, ['--conditions=@evenkeel/source', main, ...words], { encoding: 'utf8' });
}
