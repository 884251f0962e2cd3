import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { countedBackend, trainings } from '../counted-gpu.ts';
import { onGpu } from '../on-gpu.ts';

const mega = 2 ** 20;

/** Next to what must stand still to the byte and is named in `train.ts`. */
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
      // V8's young generation grows by 30 MB over some thousand steps if it may, and then stands.
      const flags = ['--conditions=@evenkeel/source', '--max-semi-space-size=1'];
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, train, name]);
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
      // A page here and there: at most 0.5 MB in 40 runs, most of them on a machine busy with other things.
      const most = Math.max(...looks.filter(({ step }) => step <= 1000).map(({ rss }) => rss));
      expect(end.rss - most).toBeLessThan(2 * mega);
    },
  );

  test('while it works, Node asks it about once a millisecond whether it is done', async () => {
    const { backend } = await countedBackend();
    const { step, batch } = trainings['MLP']!();
    await step(...batch(0)).item();
    const turns = vi.spyOn(globalThis, 'setImmediate');
    const start = performance.now();
    for (let i = 1; i <= 20; i++) await step(...batch(i)).item();
    // One turn to begin with in each wait.
    expect(turns.mock.calls.length).toBeLessThanOrEqual(performance.now() - start + 2 * 20);
    turns.mockRestore();
    backend.dispose();
  });
});
