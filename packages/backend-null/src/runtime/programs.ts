import {
  type Bindings,
  countKernels,
  isRepeat,
  type Limits,
  type Prepared,
  type Program,
  type Step,
} from '@evenkeel/backend';
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
  readonly #limits: Limits;

  constructor(memory: Memory, tally: Tally, limits: Limits) {
    this.#memory = memory;
    this.#tally = tally;
    this.#limits = limits;
  }

  prepare(program: Program): Prepared {
    this.#checkKernels(program.steps);
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

  #checkKernels(steps: readonly Step[]): void {
    for (const step of steps) {
      if (isRepeat(step)) this.#checkKernels(step.body);
      else if (step.kernel.bindings.length > this.#limits.bindings) {
        throw new DeviceError('a kernel binds more than the device can', {
          doing: 'preparing a program on the null backend',
          got: `${step.kernel.bindings.length} bindings`,
          expected: `at most ${this.#limits.bindings}`,
        });
      }
    }
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
