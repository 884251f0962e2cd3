import { type Kernel, type Store, sizeOf, storedParts } from '@evenkeel/backend';
import { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import { shaderText } from '../renderer/shader.ts';
import { parameterWords, type Stage } from './compiled-kernel.ts';
import { gridOf, setPositions } from './grid.ts';

const workgroup = 64;

export interface ElementsOptions {
  /** The domain: one invocation for each of its positions. */
  readonly extents: readonly number[];
  readonly stores: readonly Store[];
  /** Makes known what stores use besides axes. */
  readonly prepare?: ((renderer: Renderer, scope: Scope) => void) | undefined;
}

/** A stage that computes every element by itself. */
export function elementsStage(kernel: Kernel, { extents, stores, prepare }: ElementsOptions): Stage {
  const size = sizeOf(extents);
  const groups = Math.ceil(size / workgroup);
  return {
    grid: gridOf(groups),
    source(memories) {
      const renderer = new Renderer(kernel, storedParts(stores), memories);
      const scope = renderer.root;
      scope.add(`let index = group * ${workgroup}u + lane;`, `if (index >= ${size}u) {`, '  return;', '}');
      setPositions(renderer, scope, 'index', extents, 0);
      prepare?.(renderer, scope);
      renderer.store(scope, stores);
      return shaderText({ renderer, parameters: parameterWords(kernel), workgroup });
    },
  };
}
