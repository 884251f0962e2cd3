import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { launchOptions } from '@evenkeel/chromium';
import { bundle } from '@evenkeel/chromium/bundle';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(launchOptions());
});
afterAll(() => browser.close());

it('the bundled training program runs in a plain page: one script, no other file, no special headers', async () => {
  // What starts threads is loaded later where there are some; here all is one file.
  const script = await bundle(join(import.meta.dirname, '../../src/mlp.ts'));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url as string);
    const isScript = request.url === '/program.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/program.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('pageerror', (error) => lines.push(String(error)));
  const done = new Promise<void>((resolve) => {
    page.on('console', (message) => {
      lines.push(message.text());
      if (message.text().includes(',')) resolve();
    });
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await done;
  server.close();
  expect(lines.at(-1)).toBe('0,1,1,0');
  expect(requests.filter((url) => url !== '/favicon.ico')).toEqual(['/', '/program.js']);
});
