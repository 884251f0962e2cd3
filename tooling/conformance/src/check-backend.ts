import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError } from '@evenkeel/errors';
import { type BackendReport, report } from './report.ts';
import { dismantle, runChecks } from './run-checks.ts';
import { divide, type Skips } from './skips.ts';
import { checksFor } from './suite.ts';

/** Which checks are asked for. */
export interface Asked {
  readonly seed: number;
  /** A part of their names; all if undefined. */
  readonly only: string | undefined;
}

/**
 * Runs the suite on a backend and disposes of it.
 *
 * @throws ConfigError where no check is asked for
 */
export async function checkBackend(
  name: string,
  subject: Backend,
  skips: Skips,
  { seed, only = '' }: Asked,
): Promise<BackendReport> {
  const bench = { subject, oracle: cpu() };
  const { chosen, skipped } = divide(checksFor(subject, { seed }), skips);
  const asked = chosen.filter((check) => `${check.group}: ${check.name}`.includes(only));
  if (asked.length === 0) throw new ConfigError(`no check of ${name} is called so`, { got: only });
  const start = performance.now();
  const { failures } = await runChecks(asked, bench);
  const seconds = (performance.now() - start) / 1000;
  dismantle(bench);
  return report(name, seconds, asked, failures, only === '' ? skipped : []);
}
