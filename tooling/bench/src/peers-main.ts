/** Times Even Keel beside other libraries. Exits 1 when a contender failed, 2 when it could not start. */
import { readCommandLine } from './command-line.ts';
import { evenKeel, peak } from './contenders/ours.ts';
import { peers } from './peers/peers.ts';
import { exitWith, runBench } from './run-bench.ts';

await exitWith(async () => {
  const asked = readCommandLine(process.argv.slice(2));
  const ours = evenKeel(asked.variant, asked.also);
  return runBench(asked, [...ours, ...peers(asked.variant, asked.peerStyles), peak(asked.variant)]);
});
