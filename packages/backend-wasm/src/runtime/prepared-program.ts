import { isRepeat, type Prepared, type Program, type Step } from '@evenkeel/backend';
import type { CompiledKernel, KernelFunction, ModuleCache } from './module-cache.ts';

interface Call {
  readonly run: KernelFunction;
  /** Which of the run's values are the function's parameters. */
  readonly parameters: readonly number[];
}

interface Repeat {
  readonly times: number;
  readonly body: readonly (Call | Repeat)[];
  readonly strides: readonly number[];
}

/** A program as calls of compiled functions. What a run needs is laid out once, so that running allocates nothing. */
export class PreparedProgram implements Prepared {
  readonly program: Program;
  readonly workspaceBytes: number;
  readonly reportsFaults: boolean;
  /** Pointers by binding, then arguments, then the workspace's address: written before each run. */
  readonly values: number[];
  readonly #steps: readonly (Call | Repeat)[];

  constructor(program: Program, cache: ModuleCache) {
    this.program = program;
    const bindings = program.bindings.length;
    const workspace = bindings + program.arguments.length;
    this.values = new Array<number>(workspace + 1).fill(0);
    let workspaceBytes = 0;
    let reportsFaults = false;
    const layOut = (step: Step): Call | Repeat => {
      if (isRepeat(step)) {
        return { times: step.repeat, body: step.body.map(layOut), strides: step.strides };
      }
      const kernel: CompiledKernel = cache.get(step.kernel);
      workspaceBytes = Math.max(workspaceBytes, kernel.workspaceBytes);
      reportsFaults ||= kernel.reportsFaults;
      const parameters = [...step.bindings, ...step.arguments.map((a) => bindings + a)];
      if (kernel.workspaceBytes > 0) parameters.push(workspace);
      return { run: kernel.run, parameters };
    };
    this.#steps = program.steps.map(layOut);
    this.workspaceBytes = workspaceBytes;
    this.reportsFaults = reportsFaults;
  }

  run(): void {
    this.#runSteps(this.#steps);
  }

  #runSteps(steps: readonly (Call | Repeat)[]): void {
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Call | Repeat;
      if ('times' in step) this.#repeat(step);
      else call(step.run, step.parameters, this.values);
    }
  }

  #repeat({ times, body, strides }: Repeat): void {
    for (let turn = 0; turn < times; turn++) {
      this.#runSteps(body);
      this.#move(strides, 1);
    }
    this.#move(strides, -times);
  }

  #move(strides: readonly number[], turns: number): void {
    for (let i = 0; i < strides.length; i++) {
      this.values[i] = (this.values[i] as number) + turns * (strides[i] as number);
    }
  }
}

// Spelled out for the usual counts: a spread would make an array at every call.
function call(f: KernelFunction, p: readonly number[], v: readonly number[]): void {
  const at = (i: number): number => v[p[i] as number] as number;
  switch (p.length) {
    case 1:
      f(at(0));
      break;
    case 2:
      f(at(0), at(1));
      break;
    case 3:
      f(at(0), at(1), at(2));
      break;
    case 4:
      f(at(0), at(1), at(2), at(3));
      break;
    case 5:
      f(at(0), at(1), at(2), at(3), at(4));
      break;
    case 6:
      f(at(0), at(1), at(2), at(3), at(4), at(5));
      break;
    case 7:
      f(at(0), at(1), at(2), at(3), at(4), at(5), at(6));
      break;
    case 8:
      f(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
      break;
    default:
      f(...p.map((i) => v[i] as number));
  }
}
