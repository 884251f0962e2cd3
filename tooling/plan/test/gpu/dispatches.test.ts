import { randint } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import { type MakeProgram, programs } from '../../src/programs.ts';
import { countedBackend, countedDuring, mostDispatches } from '../counted-gpu.ts';
import { onGpu } from '../on-gpu.ts';

onGpu('on webgpu with shared memory, as on a graphics card', () => {
  test('a step of the six-block GPT is one submission of few dispatches', { timeout: 600_000 }, async () => {
    const { backend, counts } = await countedBackend(true);
    const step = (programs.gpt6 as MakeProgram)();
    const [x, y] = [randint(0, 64, [4, 32]).keep(), randint(0, 64, [4, 32]).keep()];
    await step(x, y).item();
    const { submissions, dispatches } = await countedDuring(counts, () => step(x, y));
    expect(submissions).toBe(1);
    expect(dispatches).toBeLessThanOrEqual(mostDispatches);
    backend.dispose();
  });
});
