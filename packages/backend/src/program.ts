import type { DeviceBuffer } from './backend.ts';
import type { Scalar } from './dtype.ts';
import type { Kernel, KernelBinding } from './kernel.ts';

/** One kernel and which of the program's bindings and arguments are its own. */
export interface KernelStep {
  readonly kernel: Kernel;
  readonly bindings: readonly number[];
  readonly arguments: readonly number[];
}

/** The same steps `count` times; at each turn binding i begins `strides[i]` bytes later than at the turn before. */
export interface RepeatStep {
  readonly repeat: number;
  readonly body: readonly Step[];
  readonly strides: readonly number[];
}

export type Step = KernelStep | RepeatStep;

/** A list of kernels that run in order. Plain data: it can be printed, hashed, compared and planned without a device. */
export interface Program {
  readonly bindings: readonly KernelBinding[];
  readonly arguments: readonly Scalar[];
  readonly steps: readonly Step[];
}

/** A range of a buffer, in bytes. `offset` is a multiple of the element's size. */
export interface Binding {
  readonly buffer: DeviceBuffer;
  readonly offset: number;
  readonly length: number;
}

/** What one run of a program works on: ranges by binding, numbers by argument. */
export interface Bindings {
  readonly buffers: readonly Binding[];
  readonly arguments: readonly number[];
}

export function isRepeat(step: Step): step is RepeatStep {
  return 'repeat' in step;
}

/** Kernel launches of one run of the program. */
export function countKernels(steps: readonly Step[]): number {
  let count = 0;
  for (const step of steps) count += isRepeat(step) ? step.repeat * countKernels(step.body) : 1;
  return count;
}

/** The program that runs one kernel on bindings and arguments of its own. */
export function programOf(kernel: Kernel): Program {
  return {
    bindings: kernel.bindings,
    arguments: kernel.arguments,
    steps: [
      {
        kernel,
        bindings: kernel.bindings.map((_, i) => i),
        arguments: kernel.arguments.map((_, i) => i),
      },
    ],
  };
}
