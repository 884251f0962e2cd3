import { join } from 'node:path';
import { launchOptions } from '@evenkeel/chromium';
import { bundle } from '@evenkeel/chromium/bundle';
import { chromium } from 'playwright';
import type { Asked } from '../check-backend.ts';
import type { BackendReport } from '../report.ts';
import type { Skips } from '../skips.ts';
import type { CheckInPage } from './page.ts';

/** Nobody serves it: what is asked of it is answered here. */
const address = 'http://localhost/';
// With these a page has shared memory.
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/**
 * Runs the suite on a backend in a page of its own.
 *
 * @throws Error where there is no Chromium, or with the page's words where the backend cannot be made there
 */
export async function checkInChromium(name: string, skips: Skips, asked: Asked): Promise<BackendReport> {
  const options = launchOptions();
  const script = await bundle(join(import.meta.dirname, 'page.ts'));
  const browser = await chromium.launch(options);
  try {
    const page = await browser.newPage();
    await page.route(address, (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: isolation,
        body: '<!doctype html><title>conformance</title>',
      }),
    );
    await page.goto(address);
    await page.addScriptTag({ content: script, type: 'module' });
    const report = await page.evaluate(
      ([backend, left, which]) => (globalThis as unknown as { check: CheckInPage }).check(backend, left, which),
      [name, skips, asked] as const,
    );
    return { ...report, backend: `${name} in Chromium ${browser.version()}` };
  } finally {
    await browser.close();
  }
}
