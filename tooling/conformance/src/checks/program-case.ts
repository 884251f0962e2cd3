import { type KernelBinding, type LoopKernel, type Program, programOf, type Scalar } from '@evenkeel/backend';
import type { Given } from '../host/run-program.ts';

/** A program that is run alone, and what it must leave in its bindings. */
export interface ProgramCase {
  readonly name: string;
  readonly program: Program;
  readonly given: readonly Given[];
  readonly arguments?: readonly number[];
  /** By binding; undefined is not looked at. */
  readonly expected: readonly (readonly number[] | undefined)[];
}

export const reads = (...dtypes: Scalar[]): KernelBinding[] => dtypes.map((dtype) => ({ dtype, access: 'read' }));
export const writes = (...dtypes: Scalar[]): KernelBinding[] => dtypes.map((dtype) => ({ dtype, access: 'write' }));

export function loop(kernel: Partial<LoopKernel> & Pick<LoopKernel, 'bindings' | 'outer'>): Program {
  return programOf({
    form: 'loop',
    inner: [],
    arguments: [],
    reductions: [],
    stores: [],
    elementStores: [],
    ...kernel,
  });
}

export const wave = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(1.7 * (i + from)) * 2));

export const rows = (values: readonly number[], length: number): number[][] =>
  Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));
