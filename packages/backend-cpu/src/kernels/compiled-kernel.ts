import type { Elements } from '../renderer/instruction.ts';

/** A kernel ready to run on the elements of its bindings and the numbers of its arguments. */
export interface CompiledKernel {
  run(bindings: readonly Elements[], given: readonly number[]): void;
}
