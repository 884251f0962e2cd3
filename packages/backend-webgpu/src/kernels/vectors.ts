import {
  dependsOn,
  type Expression,
  type Kernel,
  partsOf,
  type Store,
  sizeOf,
  storedParts,
  termsOf,
} from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { ElementsOptions } from './elements.ts';
import type { Draft } from './stage.ts';

/** Words of a vector. */
export const vectorWidth = 4;
/** Of a kernel whose text may be there once for each word of a vector: making a shader takes longer than its text does. */
const mostParts = 100;

/** Neighbors along an axis, which are read and written by vectors of four words; for bindings that begin at a multiple of them. */
export interface Vectors {
  readonly along: number;
  /** Whether an index is that of a vector's first word, where the axis is at the first of four neighbors. */
  isVector(index: Expression): boolean;
}

/**
 * The vectors of a kernel whose innermost loop, over positions in `extents`, begins with an axis and computes these expressions. Undefined where what
 * it stores does not lie in whole vectors.
 */
export function vectorsOf(
  { bindings }: Kernel,
  [first, extents]: readonly [number, readonly number[]],
  roots: readonly Expression[],
  stores: readonly Store[],
): Vectors | undefined {
  const wide = extents.findLastIndex((extent) => extent > 1);
  const along = first + wide;
  const isVector = (index: Expression): boolean => {
    const { offset, coefficients, parts } = termsOf(index);
    const others = [...coefficients].map(([axis, by]) => (axis === along ? 0 : by));
    return (
      coefficients.get(along) === 1 &&
      [offset, ...others, ...parts.values()].every((by) => by % vectorWidth === 0) &&
      ![...parts.keys()].some((part) => dependsOn(part, along))
    );
  };
  const parts = [...partsOf(roots)];
  const isPossible =
    parts.length <= mostParts &&
    (extents[wide] ?? 1) % vectorWidth === 0 &&
    stores.every(({ index }) => isVector(index)) &&
    // An index outside its bounds is told in a word of the memory; and a word has two of these.
    !parts.some(({ kind }) => kind === 'bounded') &&
    !bindings.some(({ dtype }) => dtype === 'float16');
  return isPossible ? { along, isVector } : undefined;
}

/** Does something with each of four neighbors, one after another, in a scope that knows the axis to be at the first. */
export function forNeighbors<T>(
  renderer: Renderer,
  scope: Scope,
  { along, isVector }: Vectors,
  roots: readonly Expression[],
  write: (element: Scope) => T,
): T[] {
  // They differ in it: what depends on it is computed for each.
  scope.axes &= ~(1 << along);
  return [...'xyzw'].map((component, place) => {
    const element = scope.inner();
    renderer.setAxis(element, along, `(axis${along} + ${place}i)`);
    if (place === 0) {
      for (const part of partsOf(roots)) {
        if (part.kind === 'load' && isVector(part.index)) renderer.loadVector(element, part);
      }
    }
    renderer.component = component;
    const result = write(element);
    scope.add(...element.lines);
    return result;
  });
}

/** Writes vectors to memory; all are computed before the first is written. */
export function storeVectors(renderer: Renderer, scope: Scope, vectors: Vectors, stores: readonly Store[]): void {
  const each = forNeighbors(renderer, scope, vectors, storedParts(stores), (element) =>
    renderer.computed(element, stores),
  );
  stores.forEach(({ binding }, s) => {
    const written = each.map((element) => element[s] as (typeof element)[number]);
    const values = written.map(({ value }) => value);
    scope.add(renderer.writeVector(binding, written[0]?.index as string, values));
  });
}

/** A stage that computes four neighbors an invocation. */
export function draftVectors({ extents, stores }: ElementsOptions, vectors: Vectors): Draft {
  return {
    count: sizeOf(extents) / vectorWidth,
    each: 'vector',
    roots: storedParts(stores),
    byVectors: true,
    write(renderer, scope) {
      scope.add(`let index = vector * ${vectorWidth}u;`);
      renderer.setPositions(scope, 'index', extents, 0);
      storeVectors(renderer, scope, vectors, stores);
    },
  };
}
