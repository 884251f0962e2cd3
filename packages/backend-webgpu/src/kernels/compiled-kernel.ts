import type { Kernel } from '@evenkeel/backend';
import type { Place } from '../renderer/across-memories.ts';
import type { Grid } from './grid.ts';

/** One dispatch of a kernel. */
export interface Stage {
  readonly grid: Grid;
  /**
   * The text of its shader.
   *
   * @param memories in which of the memories that are bound each binding is, and last the workspace
   */
  source(memories: readonly Place[]): string;
}

/**
 * A kernel as shaders that run one after another. Their parameters are words: where each binding begins, the arguments, where
 * the workspace begins.
 */
export interface CompiledKernel {
  readonly stages: readonly Stage[];
  readonly workspaceWords: number;
  readonly reportsFaults: boolean;
  /** The same by vectors of four words, for bindings that begin at a multiple of them and lie in one memory each. */
  readonly vectors?: CompiledKernel | undefined;
}

/** Words of the parameters of a kernel. */
export function parameterWords(kernel: Kernel): number {
  return kernel.bindings.length + kernel.arguments.length + 1;
}
