import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspacePackage } from './workspace.ts';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Runs that ended without a result, or failed without a failing test: a crash, an error outside any test. */
  broken: string[];
}

/** The part of vitest's JSON report that is counted. */
interface Report {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
}

const resultFiles: Record<string, string> = { test: 'unit.json', 'test:browser': 'browser.json' };

/** Removes old results, so that a run which dies cannot be counted by what an earlier one left behind. */
export function clearResults(root: string, packages: WorkspacePackage[]): void {
  for (const { folder } of packages) rmSync(join(root, folder, 'test-results'), { recursive: true, force: true });
}

/** Adds up what the given script of every package left behind; a replayed run counts like a fresh one. */
export function readResults(root: string, packages: WorkspacePackage[], script: 'test' | 'test:browser'): Counts {
  const total: Counts = { passed: 0, failed: 0, skipped: 0, broken: [] };
  for (const { name, folder, scripts } of packages) {
    if (!scripts[script]) continue;
    const path = join(root, folder, 'test-results', resultFiles[script] as string);
    const counts = existsSync(path) ? countReport(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
    total.passed += counts?.passed ?? 0;
    total.failed += counts?.failed ?? 0;
    total.skipped += counts?.skipped ?? 0;
    if (!counts || counts.isBroken) total.broken.push(`${name} ${script}`);
  }
  return total;
}

export function countReport(report: Report): Omit<Counts, 'broken'> & { isBroken: boolean } {
  // A file that does not load fails as a whole and holds no test.
  const unloaded = report.testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed');
  });
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    isBroken: !report.success && failed === 0,
  };
}
