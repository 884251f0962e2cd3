import { type Expression, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { keyOf } from '../positions/divide.ts';
import { unravel } from '../positions/reshape.ts';
import { type Cluster, type Kept, reaches } from './cluster.ts';
import type { Fusion } from './fuse.ts';
import { hasRoom } from './room.ts';

/** With fewer rows there is too little to add up. */
const leastRows = 64;

/**
 * Sums over columns move into a cluster that goes over the rows of the same elements, so that these are read once for both: the
 * gradients of a normalization's input and of its weight.
 */
export function joinColumns(fusion: Fusion, bindings: number): Fusion {
  const clusters = new Set(fusion.clusters);
  for (const rows of clusters) {
    for (const columns of clusters) {
      const moved = movedTo(rows, columns);
      if (!moved || !mayJoin(rows, columns, bindings)) continue;
      clusters.delete(columns);
      for (const { next } of clusters) if (next.delete(columns)) next.add(rows);
      for (const next of columns.next) rows.next.add(next);
      rows.next.delete(rows);
      for (const member of columns.members) rows.members.add(member);
      rows.accesses.push(...columns.accesses);
      const read = new Set([...clusters].flatMap((other) => (other === rows ? [] : readsOf(other))));
      const isWanted = ({ value, memory }: Kept) => memory.kind !== 'temporary' || read.has(value);
      rows.kept.splice(0, Infinity, ...[...rows.kept, ...moved].filter(isWanted));
    }
  }
  return { ...fusion, clusters: [...clusters] };
}

/** What a cluster keeps, in the axes of one over rows, if that is nothing but sums over these, and elements. */
function movedTo(rows: Cluster, { folds, kept }: Cluster): Kept[] | undefined {
  const { inner = [], extents, elements } = rows;
  // Rows are what lies together.
  const isOverRows = inner.at(-1) === elements.at(-1) && rows.sizeOf(rows.outer) >= leastRows;
  if (!isOverRows || folds.size === 0) return undefined;
  const moved = kept.map(({ value, memory }): Kept | undefined => {
    const { inputs, primitive, shape } = value as AppliedValue;
    const isFold = folds.has(value as AppliedValue);
    const axes = isFold ? inner : elements;
    const whole = isFold ? (inputs[0] as Value).shape : shape;
    const at = unravel(rows.numberAlong(axes), shape, extents);
    const from = rows.placeIn(whole);
    const isSum = !isFold || ('fold' in primitive.lowering && primitive.lowering.fold === 'sum');
    const fits = sizeOf(shape) === rows.sizeOf(axes) && sizeOf(whole) === rows.sizeOf(elements);
    const isOwn = from.every((place, d) => shape[d] !== whole[d] || keyOf(place) === keyOf(at[d] as Expression));
    return isSum && fits && isOwn ? { value, at, memory, ...(isFold && { from }) } : undefined;
  });
  return moved.every((each) => each !== undefined) ? moved : undefined;
}

/**
 * Whether a cluster reads next to nothing but what the other reads or computes, and that has room for the rest; and neither waits for
 * the other by way of a third.
 */
function mayJoin(rows: Cluster, columns: Cluster, bindings: number): boolean {
  const { folds, members, kept } = columns;
  const reads = readsOf(columns);
  const known = new Set([...rows.members, ...readsOf(rows)]);
  const inputs = reads.filter((value) => !members.has(value));
  return (
    !reads.some((value) => folds.has(value as AppliedValue)) &&
    inputs.every((input) => known.has(input) || sizeOf(input.shape) * 4 <= rows.sizeOf(rows.elements)) &&
    hasRoom(rows, { value: kept[0]?.value as AppliedValue, inputs, memories: [] }, bindings - kept.length) &&
    // Where it reads an input that is overwritten was told in axes that are no more.
    [...rows.kept, ...kept].every(({ memory }) => memory.kind !== 'input') &&
    !reaches(columns, rows) &&
    [...rows.next].every((next) => next === columns || !reaches(next, columns))
  );
}

function readsOf({ accesses }: Cluster): Value[] {
  return accesses.map(({ value }) => value);
}
