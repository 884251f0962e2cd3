import { isRepeat, type Prepared, type Program, type Step } from '@evenkeel/backend';
import type { CompiledKernel, ModuleCache } from './module-cache.ts';
import type { KernelFunction } from './participate.ts';

/** How long a record of a script is. */
export const recordWords = 8;
/** The record has its place in the word that threads claim parts by. */
const mostRecords = 1 << 19;

/**
 * A program as a script for `participate`: records, then the tables of kernels and the strides of repetitions, all of them
 * placed relative to its beginning. Behind it come the values: pointers by binding, arguments, the workspace's address.
 */
export class PreparedProgram implements Prepared {
  readonly program: Program;
  readonly script: Int32Array;
  readonly functions: KernelFunction[] = [];
  /** The kernel of each record, where it has one. */
  readonly kernels: readonly (CompiledKernel | undefined)[];
  readonly workspaceBytes: number;
  readonly reportsFaults: boolean;
  /** Nanoseconds of one run that threads can share, roughly. */
  readonly sharedWork: number;

  constructor(program: Program, cache: ModuleCache, threads: number) {
    this.program = program;
    const writer = new ScriptWriter(program, cache);
    writer.steps(program.steps, 1);
    this.script = writer.finish();
    this.kernels = writer.kernels;
    let workspaceBytes = 0;
    this.reportsFaults = this.kernels.some((kernel) => kernel?.reportsFaults);
    this.kernels.forEach((kernel, record) => {
      if (!kernel) return;
      const { commonBytes, ownBytes } = kernel.workspace;
      workspaceBytes = Math.max(workspaceBytes, commonBytes + threads * ownBytes);
      this.functions[record] = kernel.functions[this.script[record * recordWords + 1] as number] as KernelFunction;
    });
    this.workspaceBytes = workspaceBytes;
    this.sharedWork = this.kernels.length < mostRecords ? writer.sharedWork : 0;
  }

  /** How many words the script and its values need. */
  get words(): number {
    return this.script.length + this.program.bindings.length + this.program.arguments.length + 1;
  }
}

class ScriptWriter {
  readonly kernels: (CompiledKernel | undefined)[] = [];
  sharedWork = 0;
  readonly #program: Program;
  readonly #cache: ModuleCache;
  readonly #records: number[][] = [];
  readonly #lists: number[] = [];
  /** Which word of which record tells where a list is. */
  readonly #references: { record: number; word: number; list: number; unit: number }[] = [];

  constructor(program: Program, cache: ModuleCache) {
    this.#program = program;
    this.#cache = cache;
  }

  steps(steps: readonly Step[], times: number): void {
    for (const step of steps) {
      if (!isRepeat(step)) {
        this.#kernel(step, times);
      } else if (step.repeat > 0) {
        const first = this.#records.length;
        this.steps(step.body, times * step.repeat);
        this.#refer(3, step.strides, 1);
        this.#add([-1, first, step.repeat, 0, step.strides.length, 0], undefined);
      }
    }
  }

  finish(): Int32Array {
    this.#add([0], undefined);
    const start = this.#records.length * recordWords;
    for (const { record, word, list, unit } of this.#references) {
      (this.#records[record] as number[])[word] = (start + list) * unit;
    }
    const script = new Int32Array(start + this.#lists.length);
    this.#records.forEach((words, record) => {
      script.set(words, record * recordWords);
    });
    script.set(this.#lists, start);
    return script;
  }

  #kernel(step: Exclude<Step, { repeat: number }>, times: number): void {
    const kernel = this.#cache.get(step.kernel);
    const { bindings, arguments: given } = this.#program;
    const positions = [...step.bindings, ...step.arguments.map((a) => bindings.length + a)];
    positions.push(bindings.length + given.length);
    const table = positions.map((position) => position * 4);
    const list = this.#lists.length;
    this.#lists.push(...table);
    kernel.phases.forEach(({ parts, work, isWhole }, phase) => {
      if (parts > 1) this.sharedWork += work * times;
      this.#references.push({ record: this.#records.length, word: 4, list, unit: 4 });
      this.#add([kernel.number, phase, parts, isWhole ? 1 : 0], kernel);
    });
  }

  /** The word of the next record that tells where a list is. */
  #refer(word: number, list: readonly number[], unit: number): void {
    this.#references.push({ record: this.#records.length, word, list: this.#lists.length, unit });
    this.#lists.push(...list);
  }

  #add(words: number[], kernel: CompiledKernel | undefined): void {
    this.#records.push(words);
    this.kernels.push(kernel);
  }
}
