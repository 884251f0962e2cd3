/** The worker of a page: a message with a workload loads it, each number after that runs so many steps. Answers come one for each. */
import { evenKeelSession } from '../even-keel-session.ts';
import { lap, type Session } from '../session.ts';
import type { Variant } from '../variant.ts';

/** What is to be run; `start` is the address of the file that `writeStart` wrote. */
export interface Order {
  readonly workload: string;
  readonly start: string;
  readonly variant: Variant;
}

/** What answers an order. */
export interface Loaded {
  readonly version: string;
  readonly isIsolated: boolean;
}

let session: Session;

addEventListener('message', async ({ data }: MessageEvent<Order | number>) => {
  try {
    if (typeof data === 'number') {
      postMessage(await lap(session, data));
    } else {
      const content = await (await fetch(data.start)).arrayBuffer();
      session = await evenKeelSession(data.workload, new Uint8Array(content), data.variant);
      const loaded: Loaded = { version: session.version, isIsolated: crossOriginIsolated };
      postMessage(loaded);
    }
  } catch (error) {
    postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
