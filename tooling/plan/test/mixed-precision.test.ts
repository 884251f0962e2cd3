import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mesaIsMissing, withMesa } from '@evenkeel/node-gpu';
import { expect, test } from 'vitest';

interface Training {
  readonly losses: number[];
  readonly submissions: number;
  readonly dispatches: number;
  readonly scale: number;
}

const missing = mesaIsMissing();

// Chromium's GPU in software has no float16.
test.skipIf(missing)(
  `a GPT in mixed precision learns on webgpu what it learns in float32, and recovers from overflows${missing ? ` (${missing})` : ''}`,
  { timeout: 600_000 },
  async () => {
    const train = join(import.meta.dirname, 'mixed-precision.ts');
    const { stdout } = await promisify(execFile)(withMesa, [process.execPath, '--conditions=@evenkeel/source', train]);
    const { dtypes, trainings } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
    expect(dtypes).toContain('float16');
    const [plain, mixed, overflowing] = trainings as [Training, Training, Training];
    const [first, last] = [plain.losses[0] as number, plain.losses.at(-1) as number];
    expect(last).toBeLessThan(0.9 * first);
    mixed.losses.forEach((loss, i) => {
      expect(Math.abs(loss / (plain.losses[i] as number) - 1)).toBeLessThan(1e-3);
    });
    expect([mixed.scale, mixed.submissions, overflowing.submissions]).toEqual([2 ** 16, 1, 1]);
    // Halved until nothing overflowed; then it learned too.
    expect(Math.log2(overflowing.scale) % 1).toBe(0);
    expect(overflowing.scale).toBeLessThan(2 ** 26);
    expect(overflowing.losses.at(-1)).toBeGreaterThan(last);
    expect(overflowing.losses.at(-1)).toBeLessThan(first);
  },
);
