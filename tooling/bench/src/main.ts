/** Times Even Keel on its workloads. Exits 1 when a contender failed, 2 when it could not start. */
import { readCommandLine } from './command-line.ts';
import { evenKeel, peak } from './contenders/ours.ts';
import { exitWith, runBench } from './run-bench.ts';

await exitWith(async () => {
  const asked = readCommandLine(process.argv.slice(2));
  return runBench(asked, [...evenKeel(asked.variant, asked.also), peak(asked.variant)]);
});
