import { type Store, sizeOf, storedParts } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { Draft } from './stage.ts';

export interface ElementsOptions {
  /** The domain: one invocation for each of its positions. */
  readonly extents: readonly number[];
  readonly stores: readonly Store[];
  /** Makes known what stores use besides axes. */
  readonly prepare?: ((renderer: Renderer, scope: Scope) => void) | undefined;
}

/** A stage that computes every element by itself. */
export function draftElements({ extents, stores, prepare }: ElementsOptions): Draft {
  return {
    count: sizeOf(extents),
    each: 'index',
    roots: storedParts(stores),
    write(renderer, scope) {
      renderer.setPositions(scope, 'index', extents, 0);
      prepare?.(renderer, scope);
      renderer.store(scope, stores);
    },
  };
}
