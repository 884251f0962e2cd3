import { ConfigError, nearestName } from '@evenkeel/errors';
import type { Check } from './checks/check.ts';

/** Why a backend leaves out a group of checks (`sin forward`) or one check (`sin forward: float32 [3]`). */
export type Skips = Readonly<Record<string, string>>;

export interface Skipped {
  readonly check: Check;
  readonly reason: string;
}

/**
 * The checks that are run and those that are left out.
 * @throws ConfigError for a skip without a reason, or one that names nothing: what is repaired must not stay skipped
 */
export function divide(checks: readonly Check[], skips: Skips): { chosen: Check[]; skipped: Skipped[] } {
  const names = new Set(checks.flatMap(({ group, name }) => [group, `${group}: ${name}`]));
  for (const [name, reason] of Object.entries(skips)) {
    if (!names.has(name)) {
      const near = nearestName(name, [...names]);
      throw new ConfigError(`the skip "${name}" names no check`, {
        expected: 'a group, or a group and a case after a colon',
        remedy: near ? `did you mean "${near}"?` : 'remove it',
      });
    }
    if (reason.trim() === '') throw new ConfigError(`the skip "${name}" has no reason`);
  }
  const chosen: Check[] = [];
  const skipped: Skipped[] = [];
  for (const check of checks) {
    const reason = skips[check.group] ?? skips[`${check.group}: ${check.name}`];
    if (reason === undefined) chosen.push(check);
    else skipped.push({ check, reason });
  }
  return { chosen, skipped };
}
