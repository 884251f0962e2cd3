import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { afterAll, describe, expect, it } from 'vitest';
import { dismantle, runChecks } from './run-checks.ts';
import { divide, type Skips } from './skips.ts';
import { checksFor } from './suite.ts';

export interface DescribeOptions {
  /** Groups (`sin forward`) or single checks (`sin forward: float32 [3]`) to leave out, each with its reason. */
  readonly skips?: Skips;
  /**
   * Runs one of so many checks of each group, the first among them: for devices in software, which take minutes for all of them.
   * Default: 1. The command runs all, always.
   */
  readonly oneOf?: number;
}

/**
 * Declares the whole suite as tests of a backend, one test per group of checks. It is green when the backend is right.
 *
 * @param make gives the backend that is to be checked; it is disposed of at the end
 * @throws ConfigError for a skip that names no check or has no reason
 *
 * @example
 * describeBackend('mine', () => mine(), { skips: { 'erf forward': 'no error function yet, issue 12' } });
 */
export function describeBackend(
  name: string,
  make: () => Backend,
  { skips = {}, oneOf = 1 }: DescribeOptions = {},
): void {
  describe(`the backend ${name}`, () => {
    const bench = { subject: make(), oracle: cpu() };
    const { chosen, skipped } = divide(checksFor(bench.subject), skips);
    afterAll(() => dismantle(bench));
    for (const [group, all] of Map.groupBy(chosen, (check) => check.group)) {
      const checks = all.filter((_, i) => i % oneOf === 0);
      const count = `${checks.length}${oneOf > 1 ? ` of ${all.length}` : ''} checks`;
      const seeds = checks.flatMap(({ seed }) => seed ?? []);
      const told = seeds.length > 0 ? `, seeds ${seeds[0]} to ${seeds.at(-1)}` : '';
      it(`${group}: ${count}${told}`, { timeout: 120_000 }, async () => {
        const { failures } = await runChecks(checks, bench);
        expect(failures.map(({ check, problem }) => `${check.name}: ${problem}`)).toEqual([]);
      });
    }
    for (const [reason, checks] of Map.groupBy(skipped, (skip) => skip.reason)) {
      const groups = new Set(checks.map(({ check }) => check.group));
      it.skip(`${[...groups].join(', ')}: ${checks.length} checks (${reason})`, () => {});
    }
  });
}
