import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchOptions } from '@evenkeel/chromium';
import { type Browser, chromium } from 'playwright';
import { build, type PreviewServer, preview } from 'vite';

/** The built site on a server of its own, and a browser to visit it with. */
export interface Site {
  readonly browser: Browser;
  readonly address: string;
  /** The folder that a host would serve. */
  readonly folder: string;
  close(): Promise<void>;
}

/** @param isolated whether the server sends the headers that let a page share memory with its workers */
export async function openSite({ isolated }: { isolated: boolean }): Promise<Site> {
  const root = join(import.meta.dirname, '../..');
  const outDir = await mkdtemp(join(tmpdir(), 'playground-'));
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server: PreviewServer = await preview({
    root,
    logLevel: 'error',
    build: { outDir },
    preview: {
      port: 0,
      host: '127.0.0.1',
      ...(isolated
        ? {}
        : { headers: { 'Cross-Origin-Opener-Policy': 'unsafe-none', 'Cross-Origin-Embedder-Policy': 'unsafe-none' } }),
    },
  });
  const browser = await chromium.launch(launchOptions());
  return {
    browser,
    folder: outDir,
    address: server.resolvedUrls!.local[0]!,
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true });
    },
  };
}
