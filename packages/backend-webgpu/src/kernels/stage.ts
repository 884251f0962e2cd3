import { type Expression, type Kernel, rootsOf } from '@evenkeel/backend';
import type { Place } from '../renderer/across-memories.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import { shaderText } from '../renderer/shader.ts';
import { type Grid, gridOf } from './grid.ts';

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

/** Writes a stage's shader, into its first block. */
type Write = (renderer: Renderer, scope: Scope) => void;

interface StageOptions {
  /** Invocations of a workgroup. */
  readonly workgroup?: number;
  /** The expressions that are written. Default: all of the kernel. */
  readonly roots?: readonly Expression[];
  /** Whether memory is read and written by vectors of four words. */
  readonly byVectors?: boolean;
}

/** A stage of so many workgroups. */
export function workgroupStage(
  kernel: Kernel,
  groups: number,
  { workgroup = 64, roots = rootsOf(kernel), byVectors = false }: StageOptions,
  write: Write,
): Stage {
  const grid = gridOf(groups);
  return {
    grid,
    source(memories) {
      const renderer = new Renderer(kernel, roots, memories, byVectors ? new Map() : undefined);
      // A grid may have some more.
      if (grid[0] * grid[1] * grid[2] > groups) returnFrom(renderer.root, 'group', groups);
      write(renderer, renderer.root);
      return shaderText(renderer, workgroup);
    },
  };
}

/** A stage of so many invocations that have nothing to do with each other; each knows its number by a name. */
export function invocationStage(
  kernel: Kernel,
  name: string,
  count: number,
  options: StageOptions,
  write: Write,
): Stage {
  const { workgroup = 64 } = options;
  return workgroupStage(kernel, Math.ceil(count / workgroup), options, (renderer, scope) => {
    scope.add(`let ${name} = group * ${workgroup}u + lane;`);
    returnFrom(scope, name, count);
    write(renderer, scope);
  });
}

function returnFrom(scope: Scope, name: string, count: number): void {
  scope.block(`if (${name} >= ${count}u) {`, ['return;']);
}
