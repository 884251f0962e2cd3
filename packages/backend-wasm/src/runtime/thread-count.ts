import { ConfigError } from '@evenkeel/errors';

const mostThreads = 16;

/** What is asked for: a number, or as many as there are cores, up to 8. */
export type ThreadCount = number | 'auto';

/**
 * How many threads there will be.
 *
 * @throws ConfigError for more than one where memory cannot be shared, or where this thread must not wait
 */
export function threadCount(asked: ThreadCount): number {
  if (asked === 1) return 1;
  const most = canWait() ? mostThreads : 1;
  if (asked === 'auto') return Math.min(most, coreCount());
  if (Number.isInteger(asked) && asked >= 1 && asked <= most) return asked;
  throw new ConfigError('the number of threads is out of range', {
    doing: 'making the wasm backend',
    got: `${asked}`,
    expected: `a whole number up to ${most}, or 'auto'`,
    remedy: 'in a page, make it in a worker; the page must be cross-origin isolated',
  });
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
