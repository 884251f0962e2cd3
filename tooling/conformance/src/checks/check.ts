import type { Backend } from '@evenkeel/backend';
import type { OperationName } from '@evenkeel/compiler';
import { scope, useBackend } from '@evenkeel/tensor';

/** The backend that is checked and the one that it is held against. */
export interface Bench {
  readonly subject: Backend;
  readonly oracle: Backend;
}

/** What a check of one primitive is about. */
export type Aspect = 'forward' | 'backward' | 'gradient' | 'second derivative';

/** One thing that must hold. */
export interface Check {
  /** What a skip names and a report counts by: `exp forward`, `kernels`. */
  readonly group: string;
  readonly name: string;
  /** Of a check that belongs to one primitive. */
  readonly operation?: OperationName;
  readonly aspect?: Aspect;
  /** Of a check that a seed made up. */
  readonly seed?: number;
  /** Throws an error that says what is wrong. */
  run(bench: Bench): Promise<void>;
}

/** Does something on a backend and gives back what it made there. */
export function on<Result>(backend: Backend, work: () => Promise<Result>): Promise<Result> {
  useBackend(backend);
  return scope(work);
}

/** Fails a check. */
export function expectThat(holds: boolean, otherwise: () => string): void {
  if (!holds) throw new Error(otherwise());
}
