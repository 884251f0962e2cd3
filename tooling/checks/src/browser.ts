import { existsSync, globSync } from 'node:fs';

/** The browser tests and, where there is no browser to run them in, the reason. */
export function browserTests(root: string): { files: string[]; missing: string | undefined } {
  const files = globSync('{packages,apps,tooling}/*/test/browser/**/*.test.ts', { cwd: root }).sort();
  const path = process.env.CHROME_PATH || '/usr/bin/chromium';
  const missing = existsSync(path) ? undefined : `no Chromium at ${path} (set CHROME_PATH to one)`;
  return { files, missing };
}
