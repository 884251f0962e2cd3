import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ isolated: false });
});
afterAll(() => site.close());

it('trains on one thread where the host sends no isolation headers', async () => {
  const page = await site.browser.newPage();
  await page.goto(`${site.address}?depth=1`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await page.getByRole('button', { name: 'Play' }).click();
  const step = async () => Number((await page.getByTestId('step').textContent())?.replaceAll(',', ''));
  await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(20);
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('asks for no more than 150 kB of script before the page can be used', () => {
  const html = readFileSync(join(site.folder, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="(\.\/[^"]+\.js)"/g)].map(([, path]) => path as string);
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.map((path) => gzipSync(readFileSync(join(site.folder, path)), { level: 9 }).length);
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(150_000);
});
