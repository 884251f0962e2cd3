import type { Page } from 'playwright';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds that the thread itself ran. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * Milliseconds that each task took on the main thread of the page while `fn` ran.
 *
 * It is the thread's own time: on a busy machine the clock goes on while others have the core.
 */
export async function tasksOfThePage(page: Page, fn: () => Promise<void>): Promise<number[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  let trace: Buffer | undefined;
  try {
    await fn();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents: events }: { traceEvents: TraceEvent[] } = JSON.parse(String(trace));
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  return events
    .filter(({ name }) => name.endsWith('RunTask'))
    .filter(({ pid, tid }) => mains.some((main) => main.pid === pid && main.tid === tid))
    .flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]));
}
