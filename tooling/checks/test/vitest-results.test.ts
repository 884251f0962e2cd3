import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearResults, countReport, readResults } from '../src/vitest-results.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evenkeel-results-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const report = (changes = {}) => ({
  success: true,
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...changes,
});

function packageWith(name: string, result?: object) {
  const folder = `packages/${name}`;
  mkdirSync(join(root, folder, 'test-results'), { recursive: true });
  if (result) writeFileSync(join(root, folder, 'test-results', 'unit.json'), JSON.stringify(result));
  return { name, folder, scripts: { test: 'vitest run' } };
}

test('adds up passed, failed and skipped tests over all packages', () => {
  const packages = [
    packageWith('a', report({ numPassedTests: 3, numPendingTests: 1 })),
    packageWith('b', report({ success: false, numPassedTests: 2, numFailedTests: 1, numTodoTests: 1 })),
  ];
  expect(readResults(root, packages, 'test')).toEqual({ passed: 5, failed: 1, skipped: 2, broken: [] });
});

test('a package that left no result counts as broken', () => {
  expect(readResults(root, [packageWith('a')], 'test').broken).toEqual(['a test']);
});

test('a package without such a script is not expected to leave one', () => {
  expect(readResults(root, [packageWith('a', report())], 'test:browser').broken).toEqual([]);
});

test('a result that an earlier run left behind is not counted', () => {
  const packages = [packageWith('a', report({ numPassedTests: 3 }))];
  clearResults(root, packages);
  expect(readResults(root, packages, 'test')).toMatchObject({ passed: 0, broken: ['a test'] });
});

test('a file that does not load is one failure though it holds no test', () => {
  const unloaded = { name: 'x.test.ts', status: 'failed', assertionResults: [] };
  const counted = countReport(report({ success: false, numPassedTests: 4, testResults: [unloaded] }));
  expect(counted).toEqual({ passed: 4, failed: 1, skipped: 0, isBroken: false });
});

test('a run that fails without a failing test, by an error outside any, is broken', () => {
  expect(countReport(report({ success: false, numPassedTests: 4 })).isBroken).toBe(true);
});
