/** What a training step asks of a GPU. */
import { randint } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { type MakeProgram, programs } from '../src/programs.ts';
import { countedBackend, countedDuring, held, mostDispatches, trainings } from './counted-gpu.ts';
import { onGpu } from './on-gpu.ts';

const nothing = { submissions: 0, dispatches: 0, buffers: 0, bindGroups: 0, pipelines: 0, shaders: 0 };

onGpu('on webgpu', () => {
  test.each([
    ['six-block GPT', 'gpt6', mostDispatches],
    ['same GPT with a loss that is scaled', 'gpt6-scaled', mostDispatches + 14],
  ])('a step of the %s is one submission, and whoever reads its loss makes one more', async (_what, name, most) => {
    const { backend, counts } = await countedBackend();
    const step = (programs[name] as MakeProgram)();
    const [x, y] = [randint(0, 64, [4, 32]).keep(), randint(0, 64, [4, 32]).keep()];
    let loss = step(x, y);
    // The first read makes the memory that it is read through.
    await loss.item();
    const asked = await countedDuring(counts, () => {
      loss = step(x, y);
    });
    expect(asked).toEqual({ ...nothing, submissions: 1, dispatches: expect.any(Number) });

    expect(asked.dispatches).toBeLessThanOrEqual(most);
    expect(await countedDuring(counts, () => loss.item())).toEqual({ ...nothing, submissions: 1 });
    backend.dispose();
  });

  describe.each(Object.entries(trainings))('training a small %s', (_name, make) => {
    test('makes no GPU buffer after the third step', async () => {
      const { backend, counts } = await countedBackend();
      const { step, batch } = make();
      for (let i = 0; i < 3; i++) await step(...batch(i)).item();
      const after = await countedDuring(counts, async () => {
        for (let i = 3; i < 20; i++) await step(...batch(i)).item();
      });
      expect(after.buffers).toBe(0);
      backend.dispose();
    });

    test('holds no more after 200 steps than after 50', async () => {
      const used = await countedBackend();
      const { step, batch } = make();
      const run = async (from: number, to: number): Promise<void> => {
        for (let i = from; i < to; i++) {
          const loss = step(...batch(i));
          if (i % 10 === 9) await loss.item();
        }
      };
      await run(0, 50);
      const early = await held(used);
      await run(50, 200);
      expect(await held(used)).toEqual(early);
      used.backend.dispose();
    });
  });
});
