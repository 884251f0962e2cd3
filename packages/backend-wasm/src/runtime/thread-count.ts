import { ConfigError } from '@evenkeel/errors';

const mostThreads = 16;

/** What is asked for: a number, or as many as there are cores, up to 8. */
export type ThreadCount = number | 'auto';

/** How many threads there will be: one where memory cannot be shared, or where this thread must not wait. */
export function threadCount(asked: ThreadCount): number {
  if (asked !== 'auto' && !(Number.isInteger(asked) && asked >= 1 && asked <= mostThreads)) {
    throw new ConfigError('the number of threads is out of range', {
      doing: 'making the wasm backend',
      got: `${asked}`,
      expected: `a whole number from 1 to ${mostThreads}, or 'auto'`,
    });
  }
  if (asked === 1 || !canWait()) return 1;
  return asked === 'auto' ? coreCount() : asked;
}

/** Half of what a larger machine reports are the second threads of its cores, which add nothing to vector code. */
function coreCount(): number {
  const reported = globalThis.navigator?.hardwareConcurrency ?? 1;
  return reported <= 4 ? reported : Math.min(8, Math.ceil(reported / 2));
}

/** A page's own thread must not wait, and a page that is not cross-origin isolated has no shared memory. */
function canWait(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
