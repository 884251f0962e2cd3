import { type Kernel, type Store, sizeOf, storedParts } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import { setPositions } from './grid.ts';
import { invocationStage, type Stage } from './stage.ts';

export interface ElementsOptions {
  /** The domain: one invocation for each of its positions. */
  readonly extents: readonly number[];
  readonly stores: readonly Store[];
  /** Makes known what stores use besides axes. */
  readonly prepare?: ((renderer: Renderer, scope: Scope) => void) | undefined;
}

/** A stage that computes every element by itself. */
export function elementsStage(kernel: Kernel, { extents, stores, prepare }: ElementsOptions): Stage {
  const roots = storedParts(stores);
  return invocationStage(kernel, 'index', sizeOf(extents), { roots }, (renderer, scope) => {
    setPositions(renderer, scope, 'index', extents, 0);
    prepare?.(renderer, scope);
    renderer.store(scope, stores);
  });
}
