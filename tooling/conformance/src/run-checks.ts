import { closeStep } from '@evenkeel/tensor';
import type { Bench, Check } from './checks/check.ts';

export interface Failure {
  readonly check: Check;
  readonly problem: string;
}

/** What became of one group of checks. */
export interface GroupResult {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

/** Runs checks one after another. */
export async function runChecks(checks: readonly Check[], bench: Bench): Promise<GroupResult> {
  const failures: Failure[] = [];
  for (const check of checks) {
    try {
      await check.run(bench);
    } catch (error) {
      failures.push({ check, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return { passed: checks.length - failures.length, failures };
}

/** Lets go of the tensors that live on a bench's backends, then of the backends. */
export function dismantle({ subject, oracle }: Bench): void {
  // What the last step used goes at the second.
  closeStep();
  closeStep();
  subject.dispose();
  oracle.dispose();
}
