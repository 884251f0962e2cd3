/** A phase of a kernel: (values, table, from, to, thread). */
export type KernelFunction = (values: number, table: number, from: number, to: number, thread: number) => void;

/** A thread that runs scripts, as it hands itself to `participate`. */
export interface Participant {
  readonly memory: WebAssembly.Memory;
  /** All of the memory, or as much as there was. */
  readonly words: Int32Array;
  /** 0 is the thread that the backend lives on; it starts scripts and returns when they are done. */
  readonly thread: number;
  readonly threads: number;
  /** The function of each record, where it is known. */
  readonly functions: (KernelFunction | undefined)[];
}

/**
 * Runs a script together with other threads. A script is a list of records of eight words:
 * - a phase: the kernel's number, the function's number, parts, whether a thread takes its share of them at once, where its
 *   table is, where the module's bytes are, how many;
 * - the end of a repetition: -1, the record it begins with, how often, where the strides of the bindings are, how many,
 *   and how often it was gone through;
 * - the end: 0.
 *
 * One thread at a time has the turn to go on in the script. It runs phases of one part itself; of others it publishes the
 * parts, and whoever finishes the last of them has the next turn. So nobody waits for a thread that comes late. The claim
 * word holds the record (counted from 1), how many parts were taken from the front and how many are left: thread 0 takes
 * from the front, the others from the back, so that from phase to phase a thread meets the same memory. It is 0 between
 * scripts, negative when a thread has failed or all is over.
 *
 * The source of this function is what workers are started with: it must not refer to anything outside, nor hold functions.
 */
export function participate(self: Participant): void {
  const [claimAt, doneAt, sleepersAt, grainAt] = [128, 144, 160, 129];
  const [programAt, scriptAt, valuesAt, endAt] = [176, 177, 178, 179];
  const [recordWords, turnShift, frontShift, mask] = [8, 12, 6, 63];
  // About a tenth of a millisecond: going to sleep and being woken costs more than most phases take.
  const pauses = 4000;
  const loads = 4000;
  const { memory, thread, threads } = self;
  const atomics = Atomics as { pause?: () => void };
  const spins = atomics.pause ? pauses : loads;
  let { words, functions } = self;
  // A worker that starts may find a script half written: it looks for one when it has claimed a part of it.
  let program = thread === 0 ? (words[programAt] as number) : -1;
  let script = (words[scriptAt] as number) >>> 2;
  let values = words[valuesAt] as number;
  let turn = thread === 0 ? 0 : -1;
  let waited = 0;
  let kernels: Map<number, WebAssembly.Exports> | undefined;
  for (;;) {
    let record = turn;
    let from = 0;
    let to = 1;
    if (turn >= 0) {
      const at = script + turn * recordWords;
      const kernel = words[at] as number;
      if (kernel === 0) {
        Atomics.store(words, claimAt, 0);
        if (Atomics.load(words, sleepersAt) > 0) Atomics.notify(words, claimAt);
        turn = -1;
        continue;
      }
      if (kernel < 0) {
        const times = words[at + 2] as number;
        const gone = (words[at + 5] as number) + 1;
        const isLast = gone === times;
        words[at + 5] = isLast ? 0 : gone;
        const strides = script + (words[at + 3] as number);
        for (let i = 0; i < (words[at + 4] as number); i++) {
          const stride = words[strides + i] as number;
          const value = (values >>> 2) + i;
          words[value] = (words[value] as number) + (isLast ? (1 - times) * stride : stride);
        }
        turn = isLast ? turn + 1 : (words[at + 1] as number);
        continue;
      }
      to = words[at + 2] as number;
      if (to > 1) {
        Atomics.store(words, doneAt, 0);
        words[grainAt] = words[at + 3] === 1 ? Math.ceil(to / threads) : 0;
        Atomics.store(words, claimAt, ((turn + 1) << turnShift) | to);
        if (Atomics.load(words, sleepersAt) > 0) Atomics.notify(words, claimAt);
        turn = -1;
        continue;
      }
    } else {
      const claim = Atomics.load(words, claimAt);
      const left = claim & mask;
      if (left === 0 || claim < 0) {
        if (claim < 0 || (claim === 0 && thread === 0)) return;
        if (waited++ < spins) {
          atomics.pause?.();
          continue;
        }
        waited = 0;
        Atomics.add(words, sleepersAt, 1);
        Atomics.wait(words, claimAt, claim);
        Atomics.sub(words, sleepersAt, 1);
        continue;
      }
      waited = 0;
      record = (claim >> turnShift) - 1;
      const front = (claim >> frontShift) & mask;
      // Less and less of what is left, so that all come to an end together.
      const take = Math.min(left, words[grainAt] || Math.ceil(left / (2 * threads)));
      const rest = thread === 0 ? claim + (take << frontShift) - take : claim - take;
      if (Atomics.compareExchange(words, claimAt, claim, rest) !== claim) continue;
      from = thread === 0 ? front : front + left - take;
      to = from + take;
      // While a part is claimed and not done, nothing else begins: what is read now is of this script.
      if (words[programAt] !== program) {
        if ((words[endAt] as number) > words.length) {
          memory.grow(0);
          words = new Int32Array(memory.buffer);
        }
        program = words[programAt] as number;
        script = (words[scriptAt] as number) >>> 2;
        values = words[valuesAt] as number;
        functions = [];
      }
    }
    const at = script + record * recordWords;
    let run = functions[record];
    if (!run) {
      const kernel = words[at] as number;
      kernels ??= new Map();
      let exports = kernels.get(kernel);
      if (!exports) {
        // Makes the buffer as long as the memory is by now.
        memory.grow(0);
        const bytes = new Uint8Array(memory.buffer, (words[at + 5] as number) >>> 0, words[at + 6]).slice();
        exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } }).exports;
        if (kernels.size >= 4096) kernels.clear();
        kernels.set(kernel, exports);
      }
      run = exports[`f${words[at + 1]}`] as KernelFunction;
      functions[record] = run;
    }
    // Once this part is done, the script may be another.
    const parts = words[at + 2] as number;
    run(values, script * 4 + (words[at + 4] as number), from, to, thread);
    if (turn >= 0) turn++;
    else if (Atomics.add(words, doneAt, to - from) + to - from === parts) turn = record + 1;
  }
}
