import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@evenkeel/errors';
import { chromium } from 'playwright';
import { build } from 'vite';
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
 * @throws ConfigError where there is no Chromium; Error with the page's words where the backend cannot be made there
 */
export async function checkInChromium(name: string, skips: Skips, asked: Asked): Promise<BackendReport> {
  const executablePath = process.env['CHROME_PATH'] || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new ConfigError('there is no Chromium to check in', {
      got: executablePath,
      remedy: 'install it, or set CHROME_PATH to one',
    });
  }
  const script = await bundle();
  // The first two run it as root in a container; the third gives WebGPU without a graphics card.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-webgpu'];
  const browser = await chromium.launch({ executablePath, args });
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

/** The page's script and all that it imports as one text. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@evenkeel/source', 'module', 'browser'] },
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, 'page.ts'), formats: ['es'], fileName: 'page' },
      rollupOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('the page could not be bundled');
  return output.output[0].code;
}
