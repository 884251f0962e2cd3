/** The order in which clusters run, and what becomes of inputs that take a value over while others still read them. */
import { getOrMake } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import { elementIn } from '../emission/evaluation.ts';
import { Cluster, type Kept, reaches } from '../fusion/cluster.ts';
import type { Fusion } from '../fusion/fuse.ts';
import type { Memory } from '../fusion/memory.ts';
import type { Graph } from '../graph/graph.ts';
import type { InputValue, Value } from '../graph/value.ts';
import { keyOf } from '../positions/divide.ts';

/**
 * An input is overwritten in place, after all others have read it, where the cluster that does so reads it nowhere else than
 * it writes. Where that cannot be, the new value waits elsewhere and is copied at the end.
 */
export function schedule(graph: Graph, fusion: Fusion): Fusion {
  const clusters = [...fusion.clusters];
  const memories = new Map(fusion.memories);
  const readers = readersOf(clusters, memories);
  for (const input of new Set(graph.results.flatMap(({ into }) => into ?? []))) {
    const others = readers.get(input) ?? [];
    for (const cluster of [...clusters]) {
      const kept = cluster.kept.filter(({ memory }) => memory.kind === 'input' && memory.input === input);
      if (kept.length === 0) continue;
      const late = others.filter((reader) => reader !== cluster);
      if (late.every((reader) => !reaches(cluster, reader)) && overwritesInPlace(cluster, input)) {
        for (const reader of late) reader.next.add(cluster);
        continue;
      }
      const copies = postpone(cluster, input, memories, clusters.length);
      for (const reader of others) reader.next.add(copies);
      clusters.push(copies);
    }
  }
  return { clusters: inOrder(clusters), memories };
}

/** Which clusters read each input. */
function readersOf(clusters: readonly Cluster[], memories: ReadonlyMap<Value, Memory>): Map<InputValue, Cluster[]> {
  const readers = new Map<InputValue, Cluster[]>();
  for (const cluster of clusters) {
    for (const { value } of cluster.accesses) {
      if (value.kind !== 'input' || memories.has(value)) continue;
      const known = getOrMake(readers, value, () => []);
      if (!known.includes(cluster)) known.push(cluster);
    }
  }
  return readers;
}

function overwritesInPlace(cluster: Cluster, input: InputValue): boolean {
  const [kept] = cluster.kept.filter(({ memory }) => memory.kind === 'input' && memory.input === input);
  if (!kept) return true;
  const reads = cluster.accesses.filter(({ value }) => value === input);
  if (reads.length === 0) return true;
  if (reads.some(({ context }) => context !== 'element')) return false;
  const written = keyOf(elementIn(kept.memory, kept.value, kept.at));
  const isSame = reads.every(({ at }) => keyOf(elementIn(kept.memory, input, at)) === written);
  if (!isSame || cluster.inner === undefined) return isSame;
  // A loop that folds may write elements while it still reads others; what it writes once per row it does before its elements.
  const isRow = (entry: Kept) => cluster.levelOf(entry.at, entry.value.shape) === 'row';
  return isRow(kept) && cluster.kept.every((entry) => isRow(entry) || !isMadeOf(entry.value, input, cluster));
}

/** Whether a cluster reads an input to compute a value, once what it folds is there. */
function isMadeOf(value: Value, input: InputValue, cluster: Cluster, seen = new Set<Value>()): boolean {
  if (value === input) return true;
  if (value.kind !== 'applied' || !cluster.members.has(value) || cluster.folds.has(value) || seen.has(value))
    return false;
  seen.add(value);
  return value.inputs.some((each) => isMadeOf(each, input, cluster, seen));
}

/** Has a cluster keep the value elsewhere, and gives another that copies it. */
function postpone(cluster: Cluster, input: InputValue, memories: Map<Value, Memory>, id: number): Cluster {
  const entry = cluster.kept.findIndex(({ memory }) => memory.kind === 'input' && memory.input === input);
  const kept = cluster.kept[entry] as Cluster['kept'][number];
  const { value } = kept;
  const copies = new Cluster(id, value.shape);
  const at = copies.placeIn(value.shape);
  copies.kept.push({ value, at, memory: kept.memory });
  copies.accesses.push({ value, cluster: copies, at, context: 'element' });
  const known = memories.get(value);
  if (known === kept.memory || known === undefined) {
    const temporary: Memory = { kind: 'temporary', value };
    cluster.kept[entry] = { ...kept, memory: temporary };
    memories.set(value, temporary);
  } else cluster.kept.splice(entry, 1);
  cluster.next.add(copies);
  return copies;
}

/** Clusters so that each comes after what it reads; of those that could, the one whose values were asked for first. */
function inOrder(clusters: readonly Cluster[]): Cluster[] {
  const before = new Map(clusters.map((cluster) => [cluster, 0]));
  for (const { next } of clusters) for (const cluster of next) before.set(cluster, (before.get(cluster) ?? 0) + 1);
  const ready = clusters.filter((cluster) => before.get(cluster) === 0);
  const ordered: Cluster[] = [];
  while (ready.length > 0) {
    let first = 0;
    for (let i = 1; i < ready.length; i++) {
      if (firstValue(ready[i] as Cluster) < firstValue(ready[first] as Cluster)) first = i;
    }
    const [cluster] = ready.splice(first, 1) as [Cluster];
    ordered.push(cluster);
    for (const next of cluster.next) {
      const left = (before.get(next) as number) - 1;
      before.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  if (ordered.length < clusters.length) {
    throw new DeviceError('the plan waits for itself', {
      got: `${clusters.length - ordered.length} kernels in a circle`,
    });
  }
  return ordered;
}

function firstValue({ kept, repetition }: Cluster): number {
  return repetition ? repetition.value.id : Math.min(...kept.map(({ value }) => value.id));
}
