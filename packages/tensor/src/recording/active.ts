import type { Recorder } from './recorder.ts';

let active: Recorder | undefined;

/** What operations are written down to instead of being run, while `compile` records a function. */
export function activeRecorder(): Recorder | undefined {
  return active;
}

/** Runs a function with everything in it written down, or, without a recorder, run at once. */
export function recordWith<Result>(recorder: Recorder | undefined, fn: () => Result): Result {
  const before = active;
  active = recorder;
  try {
    return fn();
  } finally {
    active = before;
  }
}
