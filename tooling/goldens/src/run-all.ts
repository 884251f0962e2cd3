import type { GoldenCase } from './case.ts';
import { enter, type Pass } from './passes.ts';
import { runCase } from './run-case.ts';
import { skips } from './skips.ts';

export interface Failure {
  pass: string;
  file: string;
  name: string;
  problems: string[];
}

export interface Report {
  failures: Failure[];
  /** Cases that every pass passed, that some pass failed, and that were not run. */
  passed: number;
  failed: number;
  skipped: { file: string; name: string; reason: string }[];
  passes: { name: string; passed: number; failed: number }[];
  /** The largest relative error in float64, and where. */
  worstFloat64: { error: number; case: string } | undefined;
}

/** Runs every case in every pass. `onFailure` hears of each failure at once. */
export async function runAll(
  cases: readonly GoldenCase[],
  passes: readonly Pass[],
  onFailure: (failure: Failure) => void = () => {},
): Promise<Report> {
  const report: Report = { failures: [], passed: 0, failed: 0, skipped: [], passes: [], worstFloat64: undefined };
  const chosen: GoldenCase[] = [];
  for (const golden of cases) {
    const reason = skips[label(golden)];
    if (reason) report.skipped.push({ file: golden.file, name: golden.name, reason });
    else chosen.push(golden);
  }
  const failed = new Set<GoldenCase>();
  for (const pass of passes) {
    const count = { name: pass.name, passed: 0, failed: 0 };
    for (const golden of chosen) {
      await enter(pass);
      const { problems, worst } = await runCase(golden);
      if (pass.dtype === 'float64' && worst >= (report.worstFloat64?.error ?? 0)) {
        report.worstFloat64 = { error: worst, case: label(golden) };
      }
      if (problems.length === 0) {
        count.passed++;
        continue;
      }
      count.failed++;
      failed.add(golden);
      const failure = { pass: pass.name, file: golden.file, name: golden.name, problems };
      report.failures.push(failure);
      onFailure(failure);
    }
    report.passes.push(count);
  }
  report.failed = failed.size;
  report.passed = chosen.length - failed.size;
  return report;
}

export function label({ file, name }: { file: string; name: string }): string {
  return `${file}: ${name}`;
}
