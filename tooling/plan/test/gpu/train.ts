/** Trains a small model for 2,000 steps in a process of its own, and prints what is held after each hundred as lines of JSON. */
import { countedBackend, held, trainings } from '../counted-gpu.ts';

const make = trainings[process.argv[2] as string];
if (!make) throw new Error(`there is no training ${process.argv[2]}`);
const used = await countedBackend();
const { step, batch } = make();
for (let i = 1; i <= 2000; i++) {
  const loss = step(...batch(i));
  if (i % 10 === 0) await loss.item();
  if (i % 100 !== 0) continue;
  const counted = await held(used);
  const { rss, heapUsed } = process.memoryUsage();
  console.log(JSON.stringify({ step: i, rss, heapUsed, ...counted }));
}
used.backend.dispose();
