import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { backends } from './backends.ts';
import { type CommandLine, readCommandLine, usage } from './command-line.ts';
import { type BackendReport, lines, report } from './report.ts';
import { dismantle, runChecks } from './run-checks.ts';
import { divide } from './skips.ts';
import { checksFor } from './suite.ts';

/** Checks backends and prints, for each, how many cases of every primitive passed. Exits 1 if any failed, 2 if it could not start. */
async function main(words: readonly string[]): Promise<number> {
  const asked = readCommandLine(words);
  const reports: BackendReport[] = [];
  for (const name of asked.backends) {
    const absence = await backends[name]?.absence?.();
    if (absence !== undefined) {
      // Whoever asks for it by name wants to know that it was not checked.
      if (asked.backends.length === 1) throw new ConfigError(`the backend ${name} cannot be checked`, { got: absence });
      console.log(`SKIP ${name}: ${absence}\n`);
      continue;
    }
    const result = await checkBackend(name, asked);
    reports.push(result);
    for (const line of lines(result)) console.log(line);
  }
  const [passed, failed] = [total(reports, 'passed'), total(reports, 'failed')];
  if (asked.json) console.log(JSON.stringify({ passed, failed, backends: reports }));
  else console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function checkBackend(name: string, { seed, only = '' }: CommandLine): Promise<BackendReport> {
  const { make, skips } = backends[name] as (typeof backends)[string];
  const bench = { subject: await make(), oracle: cpu() };
  const { chosen, skipped } = divide(checksFor(bench.subject, { seed }), skips);
  const asked = chosen.filter((check) => `${check.group}: ${check.name}`.includes(only));
  if (asked.length === 0) throw new ConfigError(`no check of ${name} is called so`, { got: only });
  const start = performance.now();
  const { failures } = await runChecks(asked, bench);
  const seconds = (performance.now() - start) / 1000;
  dismantle(bench);
  return report(name, seconds, asked, failures, only === '' ? skipped : []);
}

function total(reports: readonly BackendReport[], kind: 'passed' | 'failed'): number {
  return reports.reduce((sum, one) => sum + one[kind], 0);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(usage);
  process.exitCode = 2;
}
