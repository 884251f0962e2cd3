import type { Kernel } from '@evenkeel/backend';
import { type Draft, type Stage, stageOf } from './stage.ts';

/** What is to become a compiled kernel. */
export interface Drafts {
  /** They run one after another. */
  readonly drafts: readonly Draft[];
  /** What they leave for each other. Default: nothing. */
  readonly workspaceWords?: number;
  /** The same by vectors of four words, for bindings that begin at a multiple of them and lie in one memory each. */
  readonly vectors?: Draft | undefined;
}

/**
 * A kernel as shaders that run one after another. Their parameters are words: where each binding begins, the arguments, where
 * the workspace begins.
 */
export interface CompiledKernel {
  readonly stages: readonly Stage[];
  readonly workspaceWords: number;
  /** Whether it tells of indices outside their bounds. */
  readonly reportsFaults?: boolean;
  /** The same by vectors. */
  readonly vectors?: CompiledKernel | undefined;
}

export function compiledKernel(kernel: Kernel, { drafts, workspaceWords = 0, vectors }: Drafts): CompiledKernel {
  return {
    stages: drafts.map((draft) => stageOf(kernel, draft)),
    workspaceWords,
    vectors: vectors && compiledKernel(kernel, { drafts: [vectors] }),
  };
}
