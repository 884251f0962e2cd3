import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mesaIsMissing, withMesa } from '@evenkeel/node-gpu';
import { expect, test } from 'vitest';

interface Result {
  readonly backend: string;
  readonly failures: unknown[];
  readonly skipped: unknown[];
}

const missing = mesaIsMissing();
const main = join(import.meta.dirname, '../src/main.ts');

// Chromium's GPU in software has no float16.
test.skipIf(missing)(
  `float16 on webgpu is what it is on the oracle${missing ? ` (${missing})` : ''}`,
  { timeout: 600_000 },
  async () => {
    const words = ['--conditions=@evenkeel/source', main, '--backend', 'webgpu', '--only', 'float16', '--json'];
    const { stdout } = await promisify(execFile)(withMesa, [process.execPath, ...words], { maxBuffer: 2 ** 26 });
    const { passed, failed, backends } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    expect(backends.map(({ backend, failures, skipped }: Result) => [backend, failures, skipped])).toEqual([
      ['webgpu', [], []],
    ]);
    expect(failed).toBe(0);
    expect(passed).toBeGreaterThan(2000);
  },
);
