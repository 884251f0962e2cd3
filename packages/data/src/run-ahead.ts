import { ConfigError } from '@evenkeel/errors';

/**
 * The results of jobs in order, of which up to `ahead` are started before they are asked for.
 *
 * A job starts in a turn of the event loop of its own, so that what it computes fills the time in which the consumer waits.
 * A job that fails does so when its result is asked for.
 *
 * @throws ConfigError if `ahead` is no positive whole number
 */
export async function* runAhead<T>(
  jobs: readonly (() => Promise<T>)[],
  ahead: number,
): AsyncGenerator<Awaited<T>, void, undefined> {
  if (!Number.isInteger(ahead) || ahead < 1) {
    throw new ConfigError('This number of batches cannot be prepared ahead', {
      got: String(ahead),
      expected: 'a whole number of at least 1',
    });
  }
  let left = false;
  const start = async (job: () => Promise<T>) => {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    // Nobody waits for this one any more.
    return left ? undefined : job();
  };
  const started: Promise<T | undefined>[] = [];
  const startUpTo = (count: number) => {
    while (started.length < Math.min(count, jobs.length)) {
      const promise = start(jobs[started.length] as () => Promise<T>);
      // It is awaited below; until then a failure must not count as unhandled.
      promise.catch(() => {});
      started.push(promise);
    }
  };
  try {
    for (let next = 0; next < jobs.length; next++) {
      startUpTo(next + 1 + ahead);
      const result = await (started[next] as Promise<T | undefined>);
      started[next] = Promise.resolve(undefined);
      yield result as Awaited<T>;
    }
  } finally {
    left = true;
  }
}
