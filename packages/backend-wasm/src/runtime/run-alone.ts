import { controlWords } from './control-words.ts';
import type { KernelFunction } from './participate.ts';
import { recordWords } from './prepared-program.ts';

/** Runs the script that is in memory on this thread by itself. What a script is, `participate` says, which does it with others. */
export function runAlone(words: Int32Array, functions: readonly KernelFunction[]): void {
  const script = (words[controlWords.script] as number) >>> 2;
  const values = words[controlWords.values] as number;
  for (let record = 0; ; record++) {
    const at = script + record * recordWords;
    const kernel = words[at] as number;
    if (kernel === 0) return;
    if (kernel > 0) {
      const run = functions[record] as KernelFunction;
      run(values, script * 4 + (words[at + 4] as number), 0, words[at + 2] as number, 0);
    } else if (repeats(words, at, script, values >>> 2)) record = (words[at + 1] as number) - 1;
  }
}

/** Moves the values on by their strides, or back to their beginning when all turns are done; gives whether there is another turn. */
function repeats(words: Int32Array, at: number, script: number, values: number): boolean {
  const times = words[at + 2] as number;
  const gone = (words[at + 5] as number) + 1;
  const isLast = gone === times;
  words[at + 5] = isLast ? 0 : gone;
  const strides = script + (words[at + 3] as number);
  for (let i = 0; i < (words[at + 4] as number); i++) {
    const stride = words[strides + i] as number;
    words[values + i] = (words[values + i] as number) + (isLast ? (1 - times) * stride : stride);
  }
  return !isLast;
}
