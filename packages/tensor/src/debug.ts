/** What becomes of compiled functions, as text. Nothing loads this but `DEBUG=1` to `4` in Node, and whoever imports it. */
import {
  planStages,
  printClusters,
  printGraph,
  printKernels,
  printMemory,
  printSteps,
  stepsOf,
} from '@evenkeel/compiler/printers';
import { namesOf } from './debug/names.ts';
import { reasonFor } from './debug/reasons.ts';
import { printSource } from './debug/source.ts';
import { Timings } from './debug/timings.ts';
import { type RecordedCall, type Watcher, watchWith } from './recording/watcher.ts';

/** How much is printed: nothing, programs, also every stage to their kernels, also the backend's code, also times. */
export type DebugLevel = 0 | 1 | 2 | 3 | 4;

/**
 * Prints what becomes of compiled functions from now on; what `DEBUG=1` to `DEBUG=4` do in Node, where it goes to stderr.
 *
 * | level | |
 * |---|---|
 * | 0 | nothing, whatever `DEBUG` says |
 * | 1 | why a call was recorded, and its program: a line for each kernel |
 * | 2 | also the recorded graph, what fusion makes of it, memory, and each kernel as the backend gets it |
 * | 3 | also the code that the backend makes of each kernel, where it tells |
 * | 4 | also times: the first runs, and the slowest kernels at the 10th, 100th, 1000th. Kernels run one by one for that, which takes longer |
 *
 * @param write takes each text; default `console.error`
 *
 * @example
 * import { debug } from '@evenkeel/tensor/debug';
 * debug(2);
 */
export function debug(level: DebugLevel, write: (text: string) => void = console.error): void {
  const numbers = new Map<unknown, number>();
  const titleOf = ({ fn }: RecordedCall) => {
    if (fn.name !== '') return fn.name;
    const number = numbers.get(fn) ?? numbers.size + 1;
    numbers.set(fn, number);
    return `compiled function ${number}`;
  };
  const watch: Watcher = (call) => {
    const title = titleOf(call);
    const tell = (text: string) => write(`${title}: ${text}`);
    tell(reasonFor(call));
    return (outline, options) => {
      const { graph, device } = outline.recorder;
      const { backend } = device;
      const stages = planStages(graph, backend.limits, options);
      const names = namesOf(outline, call.fn, call.args);
      tell(`planned for ${backend.name}, ${printSteps(stages, names)}`);
      if (level >= 2) {
        tell(printGraph(graph, names));
        tell(printClusters(stages, names));
        tell(printMemory(stages));
        tell(printKernels(stages, names));
      }
      const steps = stepsOf(stages, names);
      if (level >= 3) void printSource(backend, steps, tell);
      if (level < 4) return undefined;
      const timings = new Timings(steps, tell);
      return (...run) => timings.run(...run);
    };
  };
  watchWith(level === 0 ? null : watch);
}
