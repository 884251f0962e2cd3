import { type Bindings, countKernels, type Prepared, type Program } from '@evenkeel/backend';
import { DeviceError, EvenKeelError } from '@evenkeel/errors';
import type { Tally } from './counters.ts';
import type { Memory } from './memory.ts';

class NullProgram implements Prepared {
  readonly program: Program;
  readonly owner: Programs;
  readonly kernels: number;

  constructor(program: Program, owner: Programs) {
    this.program = program;
    this.owner = owner;
    this.kernels = countKernels(program.steps);
  }
}

/** Counts what would run, once everything that it would run on is there. */
export class Programs {
  readonly #memory: Memory;
  readonly #tally: Tally;

  constructor(memory: Memory, tally: Tally) {
    this.#memory = memory;
    this.#tally = tally;
  }

  prepare(program: Program): Prepared {
    return new NullProgram(program, this);
  }

  run(prepared: Prepared, given: Bindings): void {
    if (!(prepared instanceof NullProgram) || prepared.owner !== this) {
      throw new DeviceError('this program was prepared by another backend', {
        doing: 'running a program on the null backend',
      });
    }
    const { program } = prepared;
    checkCount('bindings', program.bindings.length, given.buffers.length);
    checkCount('arguments', program.arguments.length, given.arguments.length);
    for (const { buffer, offset, length } of given.buffers) {
      this.#memory.check(buffer, offset, length, 'running a program');
    }
    this.#tally.runs++;
    this.#tally.kernels += prepared.kernels;
  }
}

function checkCount(what: string, expected: number, got: number): void {
  if (expected === got) return;
  throw new EvenKeelError(`a program got the wrong number of ${what}`, {
    doing: 'running a program on the null backend',
    got: `${got}`,
    expected: `${expected}`,
  });
}
