import { globSync } from 'node:fs';
import { missingChromium } from '@evenkeel/chromium';

/** The browser tests and, where there is no browser to run them in, the reason. */
export function browserTests(root: string): { files: string[]; missing: string | undefined } {
  const files = globSync('{packages,apps,tooling}/*/test/browser/**/*.test.ts', { cwd: root }).sort();
  return { files, missing: missingChromium() };
}
