/**
 * Lets the host do what waits: a page paints and answers, Node delivers a signal. On a synchronous backend an `await`
 * alone never gets there, because promises are settled before events.
 */
export const yieldToHost: () => Promise<void> = chooseYield();

interface Hosts {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly scheduler?: { yield?: () => Promise<void> };
}

function chooseYield(): () => Promise<void> {
  const host = globalThis as Hosts;
  const { setImmediate, scheduler } = host;
  if (setImmediate) return () => new Promise((resolve) => setImmediate(resolve));
  if (scheduler?.yield) return () => scheduler.yield!();
  // A timer would wait 4 ms each time in a page; a message does not.
  return () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
}
