import { readCases } from './case.ts';
import { readCommandLine, usage } from './command-line.ts';
import { passesOf } from './passes.ts';
import { label, type Report, runAll } from './run-all.ts';

/** Runs a folder of golden cases and says what failed. Exits 1 when anything did, 2 when it could not start. */
async function main(words: readonly string[]): Promise<number> {
  const { folder, backend, only, json } = readCommandLine(words, process.env['INIT_CWD'] ?? process.cwd());
  const passes = passesOf(backend);
  const cases = readCases(folder).filter((golden) => !only || only.test(`${golden.file} ${golden.name}`));
  if (cases.length === 0) throw new Error(`no case in ${folder} matches ${only}`);
  const report = await runAll(cases, passes, (failure) => {
    console.log(`FAIL ${failure.pass} ${label(failure)}: ${failure.problems.join(' | ')}`);
  });
  print(report);
  if (json) console.log(JSON.stringify(report));
  return report.failed === 0 ? 0 : 1;
}

function print(report: Report): void {
  for (const { name, passed, failed } of report.passes) console.log(`${name}: ${passed} passed, ${failed} failed`);
  if (report.worstFloat64) {
    console.log(
      `worst relative error in float64: ${report.worstFloat64.error.toExponential(2)} (${report.worstFloat64.case})`,
    );
  }
  for (const skip of report.skipped) console.log(`SKIP ${label(skip)}: ${skip.reason}`);
  console.log(`${report.passed} passed, ${report.failed} failed, ${report.skipped.length} skipped`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(usage);
  process.exitCode = 2;
}
