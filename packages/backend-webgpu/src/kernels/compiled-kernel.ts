import type { Stage } from './stage.ts';

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
