import { isRepeat, type Kernel, type Prepared, type Program, type Step } from '@evenkeel/backend';
import { parameterWords } from '../renderer/shader.ts';
import type { Pipelines, ReadyKernel } from './pipelines.ts';

/** Where parameters of a dispatch may begin: what every device is content with. */
export const alignment = 256;

/** One run of a kernel within a program. */
export interface KernelRun {
  readonly kernel: Kernel;
  readonly ready: ReadyKernel;
  /** The program's bindings that are the kernel's own, and by how many bytes each has moved. */
  readonly bindings: readonly number[];
  readonly moved: readonly number[];
  readonly arguments: readonly number[];
}

/** A program as a flat list of kernels, and the words of all their parameters, a block for each. */
export class PreparedProgram implements Prepared {
  readonly program: Program;
  readonly owner: Pipelines;
  readonly runs: readonly KernelRun[];
  readonly words: Uint32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Bytes of a block. */
  readonly blockBytes: number;
  readonly workspaceBytes: number;
  readonly reportsFaults: boolean;

  constructor(program: Program, pipelines: Pipelines) {
    this.program = program;
    this.owner = pipelines;
    const runs: KernelRun[] = [];
    const flatten = (steps: readonly Step[], moved: readonly number[]): void => {
      for (const step of steps) {
        if (isRepeat(step)) {
          for (let turn = 0; turn < step.repeat; turn++) {
            const now = moved.map((bytes, b) => bytes + turn * (step.strides[b] ?? 0));
            flatten(step.body, now);
          }
        } else {
          const { kernel, bindings } = step;
          const own = bindings.map((b) => moved[b] as number);
          runs.push({ kernel, ready: pipelines.get(kernel), bindings, moved: own, arguments: step.arguments });
        }
      }
    };
    flatten(program.steps, new Array<number>(program.bindings.length).fill(0));
    this.runs = runs.filter(({ ready }) => ready.compiled.stages.length > 0);
    const words = Math.max(1, ...this.runs.map(({ kernel }) => parameterWords(kernel)));
    this.blockBytes = Math.ceil((words * 4) / alignment) * alignment;
    this.words = new Uint32Array((this.runs.length * this.blockBytes) / 4);
    this.floats = new Float32Array(this.words.buffer);
    this.workspaceBytes = 4 * Math.max(0, ...this.runs.map(({ ready }) => ready.compiled.workspaceWords));
    this.reportsFaults = this.runs.some(({ ready }) => ready.compiled.reportsFaults === true);
  }
}
