/** Trains a small model for 2,000 steps in a process of its own, and prints what is held after each hundred as lines of JSON. */
import { getHeapStatistics } from 'node:v8';
import { countedBackend, held, trainings } from '../counted-gpu.ts';

const make = trainings[process.argv[2] as string];
if (!make) throw new Error(`there is no training ${process.argv[2]}`);
const used = await countedBackend();
const { step, batch } = make();
let ballast: Uint8Array[] = [];
for (let i = 1; i <= 2000; i++) {
  const loss = step(...batch(i));
  if (i % 10 === 0) await loss.item();
  if (i % 100 !== 0) continue;
  // Making shaders leaves 15 MB in the allocator's hands, in which a leak could hide: they are filled.
  if (i === 200) ballast = Array.from({ length: 2 ** 15 }, () => new Uint8Array(2 ** 10));
  const counted = await held(used);
  const { rss, heapUsed, external } = process.memoryUsage();
  // What JavaScript holds of the GPU's.
  const handles = getHeapStatistics().used_global_handles_size;
  console.log(JSON.stringify({ step: i, rss, heapUsed, external, handles, ballast: ballast.length, ...counted }));
}
used.backend.dispose();
