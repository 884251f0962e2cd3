/** Clusters become kernels. */
import {
  axesOf,
  type Kernel,
  type Limits,
  type LoopKernel,
  mapStore,
  type Store,
  storedParts,
} from '@evenkeel/backend';
import type { Cluster, Kept, Product } from '../fusion/cluster.ts';
import { seen } from '../fusion/kinds.ts';
import type { Memory } from '../fusion/memory.ts';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { Lowering } from '../primitive.ts';
import { Evaluation } from './evaluation.ts';
import { type AxisGroups, mergeAxes } from './merge-axes.ts';

/** A kernel, the memory behind each of its bindings, and the graph's argument behind each of its own. */
export interface Emitted {
  readonly kernels: readonly Kernel[];
  readonly memories: readonly Exclude<Memory, { kind: 'part' }>[];
  readonly slots: readonly number[];
}

export function emit(cluster: Cluster, located: ReadonlyMap<Value, Memory>, limits: Limits): Emitted {
  const evaluation = new Evaluation(cluster, located);
  const kernels = kernelsOf(cluster, evaluation, limits);
  return { kernels, memories: evaluation.memories, slots: evaluation.slots };
}

function kernelsOf(cluster: Cluster, evaluation: Evaluation, limits: Limits): readonly Kernel[] {
  if (cluster.form === 'routine') {
    const [{ value }] = cluster.kept as [Kept];
    const { lowering } = (seen(value) as AppliedValue).primitive;
    return [(lowering as RoutineLowering).kernel(cluster, evaluation, limits)];
  }
  return [cluster.product ? contraction(cluster, cluster.product, evaluation) : loop(cluster, evaluation)];
}

type RoutineLowering = Extract<Lowering<never>, { kind: 'routine' }>;

function loop(cluster: Cluster, evaluation: Evaluation): LoopKernel {
  const stores = evaluation.stores();
  const { reductions } = evaluation;
  const inner = cluster.inner ?? [];
  const { extents, rewrite } = mergeAxes([cluster.outer, inner], cluster.extents, [
    ...reductions.map(({ value }) => value),
    ...storedParts(stores),
  ]);
  const [outerExtents, innerExtents] = extents as [number[], number[]];
  // Where an index does not move along the folded axes there is one store per row.
  const isElement = ({ index }: Store) => inner.some((axis) => (axesOf(index) >> axis) & 1);
  const kinds = stores.map((store, i) =>
    cluster.kept[i]?.from ? 'sums' : isElement(store) ? 'elementStores' : 'stores',
  );
  const rewritten = stores.map((store) => mapStore(store, rewrite));
  const storesOf = (kind: string) => rewritten.filter((_, i) => kinds[i] === kind);
  const sums = storesOf('sums');
  return {
    form: 'loop',
    bindings: evaluation.bindings,
    arguments: evaluation.arguments,
    outer: outerExtents,
    // A fold over nothing but dimensions of size 1 still has one element.
    inner: cluster.inner && innerExtents.length === 0 ? [1] : innerExtents,
    reductions: reductions.map(({ fn, value }) => ({ fn, value: rewrite(value) })),
    stores: storesOf('stores'),
    elementStores: storesOf('elementStores'),
    ...(sums.length > 0 && { sums }),
  };
}

function contraction(cluster: Cluster, product: Product, evaluation: Evaluation): Kernel {
  const { left, right, guard } = product;
  const values = [evaluation.wide(left.value, left.at), evaluation.wide(right.value, right.at, guard)] as const;
  const stores = evaluation.stores();
  const groups: AxisGroups = [product.batch, product.m, product.n, product.k];
  const { extents, rewrite } = mergeAxes(groups, cluster.extents, [...values, ...storedParts(stores)]);
  const [batch, m, n, k] = extents as [number[], number[], number[], number[]];
  return {
    form: 'contraction',
    bindings: evaluation.bindings,
    arguments: evaluation.arguments,
    batch,
    m,
    n,
    k,
    a: rewrite(values[0]),
    b: rewrite(values[1]),
    stores: stores.map((store) => mapStore(store, rewrite)),
  };
}
