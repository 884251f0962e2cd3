/**
 * A process that runs one workload with Even Keel in a worker of a page in Chromium:
 * `main.ts <workload> <file of the start> <variant as JSON>`.
 */
import { readFileSync } from 'node:fs';
import { launchOptions } from '@evenkeel/chromium';
import { type Browser, chromium, type Page } from 'playwright';
import { answer, type Server } from '../serve.ts';
import type { Lap } from '../session.ts';
import type { Variant } from '../variant.ts';
import { servePage } from './serve-page.ts';
import type { Loaded, Order } from './worker.ts';

const [workload, file, options] = process.argv.slice(2) as [string, string, string];

let browser: Browser | undefined;
process.once('SIGTERM', async () => {
  await browser?.close();
  process.exit();
});
await answer(load);
await browser?.close();

async function load(): Promise<Server> {
  const variant: Variant = JSON.parse(options);
  const address = await servePage(readFileSync(file), variant.host === 'chromium');
  browser = await chromium.launch({ ...launchOptions(), handleSIGTERM: false });
  const page = await browser.newPage();
  await page.goto(address);
  await startWorker(page);
  const { version, isIsolated } = await ask<Loaded>(page, { workload, start: '/start', variant });
  const processorTime = await processorClock(browser);
  return {
    version: `${version}, Chromium ${browser.version()}, ${isIsolated ? 'isolated' : 'not isolated'}`,
    async round(steps) {
      const before = await processorTime();
      const done = await ask<Lap>(page, steps);
      return { ...done, processor: (await processorTime()) - before };
    },
  };
}

/** Starts the worker, as `worker` of the page. */
function startWorker(page: Page): Promise<void> {
  return page.evaluate(() => {
    Object.assign(globalThis, { worker: new Worker('/worker.js', { type: 'module' }) });
  });
}

/** @throws Error with the worker's words when it fails */
async function ask<Answer>(page: Page, message: Order | number): Promise<Answer> {
  const answer = await page.evaluate((message) => {
    const { worker } = globalThis as unknown as { worker: Worker };
    return new Promise<object>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve({ error: message });
      worker.postMessage(message);
    });
  }, message);
  if ('error' in answer) throw new Error(String(answer.error));
  return answer as Answer;
}

/** A clock that tells the processor time of all of the browser's processes, in milliseconds. */
async function processorClock(browser: Browser): Promise<() => Promise<number>> {
  const session = await browser.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
}
