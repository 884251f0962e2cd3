/** Trains a small GPT in float32, in mixed precision, and with a scale under which that overflows at first; prints the losses of both and what a step asks of the device. */
import { GradScaler } from '@evenkeel/optimizers';
import { manualSeed, tensor } from '@evenkeel/tensor';
import { gpt } from '../src/programs.ts';
import { countedBackend, countedDuring } from './counted-gpu.ts';

const { backend, counts } = await countedBackend();
const sizes = { vocabulary: 16, context: 8, batch: 4, width: 16, blocks: 1 };
// The next is three more: there is nothing to it but that.
const tokens = (i: number) =>
  tensor(
    Int32Array.from({ length: 32 }, (_, k) => (3 * k + (k >> 3) + i) % 16),
    { shape: [4, 8] },
  );
const trainings: object[] = [];
for (const initScale of [0, 2 ** 16, 2 ** 26]) {
  manualSeed(1);
  const mixed = initScale > 0;
  const scaler = new GradScaler(mixed ? { initScale } : { enabled: false });
  const step = gpt({ ...sizes, mixed, scaler });
  const losses: number[] = [];
  for (let i = 0; i < 30; i++) losses.push(await step(tokens(i), tokens(i + 3)).item());
  const { submissions, dispatches } = await countedDuring(counts, () => step(tokens(0), tokens(3)));
  trainings.push({ losses, submissions, dispatches, scale: await scaler.getScale() });
}
console.log(JSON.stringify({ dtypes: backend.limits.dtypes, trainings }));
backend.dispose();
