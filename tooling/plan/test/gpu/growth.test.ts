import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { trainings } from '../counted-gpu.ts';
import { onGpu } from '../on-gpu.ts';

const mega = 2 ** 20;

interface Held {
  readonly step: number;
  readonly rss: number;
  readonly heapUsed: number;
}

onGpu('on webgpu', () => {
  test.each(Object.keys(trainings))(
    '2,000 steps of a small %s hold no more at their end',
    { timeout: 600_000 },
    async (name) => {
      const train = join(import.meta.dirname, 'train.ts');
      const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@evenkeel/source', train, name], {
        // With a pool for each of its threads the C library's allocator takes 60 to 150 MB more until each of them has had its turn.
        env: { ...process.env, MALLOC_ARENA_MAX: '1' },
      });
      const looks = stdout
        .trim()
        .split('\n')
        .map((line): Held => JSON.parse(line));
      for (const { step, rss, heapUsed } of looks.filter(({ step }) => [200, 1000, 2000].includes(step))) {
        const [resident, heap] = [rss / mega, heapUsed / mega];
        console.log(`${name}, step ${step}: ${resident.toFixed(1)} MB resident, ${heap.toFixed(2)} MB of JavaScript's`);
      }
      const [middle, end] = [1000, 2000].map((at) => looks.find(({ step }) => step === at)) as [Held, Held];
      const counted = (held: Held) => ({ ...held, step: 0, rss: 0, heapUsed: 0 });
      expect(counted(end)).toEqual(counted(middle));
      expect(end.heapUsed - middle.heapUsed).toBeLessThan(mega / 4);
      // Pages of programs, of the collector and of the allocator come and go, in jumps of up to 12 MB where there was no leak: the most that
      // there was counts. What is held for each step is counted above, to the object.
      const most = Math.max(...looks.filter(({ step }) => step <= 1000).map(({ rss }) => rss));
      expect(end.rss - most).toBeLessThan(16 * mega);
    },
  );
});
