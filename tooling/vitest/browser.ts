import { launchOptions } from '@evenkeel/chromium';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { packageName, selfAlias } from './package-name.ts';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Tests of one package in a real Chromium, cross-origin isolated: `test/browser/**`. */
export function browser(root: string) {
  return defineConfig({
    root,
    resolve: { alias: selfAlias(root), conditions: ['@evenkeel/source', ...defaultClientConditions] },
    server: { headers: isolation },
    test: {
      name: `${packageName(root)} (browser)`,
      include: ['test/browser/**/*.test.ts'],
      testTimeout: 120_000,
      reporters: ['default', 'json'],
      outputFile: { json: 'test-results/browser.json' },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: launchOptions() }),
        instances: [{ browser: 'chromium' }],
      },
    },
  });
}
