import {
  type Binding,
  type Bindings,
  isRepeat,
  type Kernel,
  type KernelBinding,
  type KernelStep,
  type Prepared,
  type Program,
  printKernel,
  type Scalar,
  type Step,
} from '@evenkeel/backend';
import { DeviceError, EvenKeelError } from '@evenkeel/errors';
import { compileKernel } from '../kernels/compile.ts';
import type { CompiledKernel } from '../kernels/compiled-kernel.ts';
import { Faults } from '../renderer/faults.ts';
import type { Elements } from '../renderer/instruction.ts';
import { malformed } from '../renderer/malformed.ts';
import { elementsOf } from './elements.ts';
import type { Memory } from './memory.ts';

/** Compiled kernels that are remembered; the least recently prepared goes first. */
const rememberedKernels = 1024;

interface ReadyKernel {
  readonly kernel: CompiledKernel;
  readonly bindings: readonly number[];
  readonly dtypes: readonly Scalar[];
  readonly arguments: readonly number[];
}

interface ReadyRepeat {
  readonly repeat: number;
  readonly body: readonly ReadyStep[];
  readonly strides: readonly number[];
}

type ReadyStep = ReadyKernel | ReadyRepeat;

class CpuProgram implements Prepared {
  readonly program: Program;
  readonly owner: Programs;
  readonly steps: readonly ReadyStep[];

  constructor(program: Program, owner: Programs, steps: readonly ReadyStep[]) {
    this.program = program;
    this.owner = owner;
    this.steps = steps;
  }
}

/** Compiles and runs the programs of one backend. */
export class Programs {
  readonly #memory: Memory;
  readonly #faults = new Faults();
  readonly #compiled = new Map<string, CompiledKernel>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  prepare(program: Program): Prepared {
    const ready = (step: Step): ReadyStep => {
      if (isRepeat(step)) return { repeat: step.repeat, strides: step.strides, body: step.body.map(ready) };
      checkStep(step, program);
      const { kernel, bindings } = step;
      const dtypes = kernel.bindings.map((b) => b.dtype);
      return { kernel: this.#compile(kernel), bindings, dtypes, arguments: step.arguments };
    };
    return new CpuProgram(program, this, program.steps.map(ready));
  }

  run(prepared: Prepared, given: Bindings): void {
    if (!(prepared instanceof CpuProgram) || prepared.owner !== this) {
      throw new DeviceError('this program was prepared by another backend', {
        doing: 'running a program on the cpu backend',
      });
    }
    const { program } = prepared;
    checkCount('bindings', program.bindings.length, given.buffers.length);
    checkCount('arguments', program.arguments.length, given.arguments.length);
    const contents = given.buffers.map((b) => this.#memory.contentOf(b.buffer, 'running a program'));
    const offsets = given.buffers.map((b) => b.offset);
    this.#faults.clear();
    runSteps(prepared.steps, contents, given.buffers, offsets, given.arguments);
    this.#faults.throwIfAny();
  }

  dispose(): void {
    this.#compiled.clear();
  }

  #compile(kernel: Kernel): CompiledKernel {
    const text = printKernel(kernel);
    const compiled = this.#compiled.get(text) ?? compileKernel(kernel, this.#faults);
    this.#compiled.delete(text);
    this.#compiled.set(text, compiled);
    if (this.#compiled.size > rememberedKernels) {
      const [oldest] = this.#compiled.keys();
      this.#compiled.delete(oldest as string);
    }
    return compiled;
  }
}

function runSteps(
  steps: readonly ReadyStep[],
  contents: readonly ArrayBuffer[],
  ranges: readonly Binding[],
  offsets: readonly number[],
  given: readonly number[],
): void {
  for (const step of steps) {
    if ('repeat' in step) {
      for (let turn = 0; turn < step.repeat; turn++) {
        const moved = offsets.map((offset, b) => offset + turn * (step.strides[b] ?? 0));
        runSteps(step.body, contents, ranges, moved, given);
      }
      continue;
    }
    const elements: Elements[] = step.bindings.map((b, i) =>
      elementsOf(step.dtypes[i]!, contents[b]!, offsets[b]!, ranges[b]!.length),
    );
    const numbers = step.arguments.map((a) => given[a]!);
    step.kernel.run(elements, numbers);
  }
}

function checkStep(step: KernelStep, program: Program): void {
  const { kernel } = step;
  const fits = (wanted: KernelBinding | undefined, position: number | undefined): boolean => {
    const bound = program.bindings[position ?? -1];
    return bound?.dtype === wanted?.dtype && !(wanted?.access === 'write' && bound?.access === 'read');
  };
  if (step.bindings.length !== kernel.bindings.length || !kernel.bindings.every((b, i) => fits(b, step.bindings[i]))) {
    throw malformed(kernel, `its step gives it the program's bindings [${step.bindings}], which are not what it takes`);
  }
  const argumentsFit = kernel.arguments.every((dtype, i) => program.arguments[step.arguments[i] ?? -1] === dtype);
  if (step.arguments.length !== kernel.arguments.length || !argumentsFit) {
    throw malformed(
      kernel,
      `its step gives it the program's arguments [${step.arguments}], which are not what it takes`,
    );
  }
}

function checkCount(what: string, expected: number, got: number): void {
  if (expected === got) return;
  throw new EvenKeelError(`a program got the wrong number of ${what}`, {
    doing: 'running a program on the cpu backend',
    got: `${got}`,
    expected: `${expected}`,
  });
}
