import { type Expression, type Kernel, rootsOf } from '@evenkeel/backend';
import type { Place } from '../renderer/across-memories.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import { shaderText } from '../renderer/shader.ts';
import { type Grid, gridOf } from './grid.ts';

/** What is to become a stage. */
export interface Draft {
  /** Workgroups; or invocations, where each of them has a name for its number and nothing to do with the others. */
  readonly count: number;
  readonly each?: string | undefined;
  /** Invocations of a workgroup. Default: 64. */
  readonly workgroup?: number;
  /** The expressions that are written. Default: all of the kernel. */
  readonly roots?: readonly Expression[];
  /** Whether memory is read and written by vectors of four words. */
  readonly byVectors?: boolean;
  /** Writes the shader, into its first block. */
  write(renderer: Renderer, scope: Scope): void;
}

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

export function stageOf(kernel: Kernel, draft: Draft): Stage {
  const { count, each, workgroup = 64, roots = rootsOf(kernel), byVectors } = draft;
  const groups = each ? Math.ceil(count / workgroup) : count;
  const grid = gridOf(groups);
  return {
    grid,
    source(memories) {
      const renderer = new Renderer(kernel, roots, memories, byVectors ? new Map() : undefined);
      const scope = renderer.root;
      if (each) scope.add(`let ${each} = group * ${workgroup}u + lane;`);
      // A grid may have some more workgroups, and a workgroup some more invocations.
      if (each || grid[0] * grid[1] * grid[2] > groups) {
        scope.block(`if (${each ?? 'group'} >= ${count}u) {`, ['return;']);
      }
      draft.write(renderer, scope);
      return shaderText(renderer, workgroup);
    },
  };
}
