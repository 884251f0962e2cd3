import type { GoldenCase, GoldenTensors } from './case.ts';
import { compare, type Got } from './compare.ts';

/** What a mode computed: for each result of the case, by the case's field and name, a value to compare. */
export type Results = Map<string, Got>;

/** What running a case on one backend gave. */
export interface Outcome {
  /** Why it failed: each result out of tolerance, or the error that was thrown. Empty where it passed. */
  problems: string[];
  /** Largest relative error. */
  worst: number;
}

/** Compares the results with everything the case expects. What it expects and did not get is a problem. */
export function judge(golden: GoldenCase, results: Results): Outcome {
  const outcome: Outcome = { problems: [], worst: 0 };
  const fields: [string, GoldenTensors | undefined][] = [
    ['', golden.outputs],
    ['grad of ', golden.grads],
    ['grad of grad of ', golden.grad_of_grad],
  ];
  for (const [prefix, expected] of fields) {
    for (const [name, want] of Object.entries(expected ?? {})) {
      const label = prefix + name;
      const got = results.get(label);
      if (!got) {
        outcome.problems.push(`${label}: missing`);
        continue;
      }
      const { problem, worst } = compare(label, got, want, golden);
      if (problem) outcome.problems.push(problem);
      outcome.worst = Math.max(outcome.worst, worst);
    }
  }
  return outcome;
}
