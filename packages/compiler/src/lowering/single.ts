import { type Access, Cluster } from '../fusion/cluster.ts';
import { foldRows } from '../fusion/fold.ts';
import { kindOf, neutralOf } from '../fusion/kinds.ts';
import type { Memory } from '../fusion/memory.ts';
import { placeProduct } from '../fusion/product.ts';
import type { AppliedValue, Value } from '../graph/value.ts';

const result: Memory = { kind: 'result', result: 0 };

/** What computes one operation on memory and numbers: a cluster of its own, or one for each value that it joins. */
export function clustersOf(value: AppliedValue): Cluster[] {
  const kind = neutralOf(value) === undefined ? kindOf(value) : 'element';
  const { lowering } = value.primitive;
  if (lowering.kind !== 'concatenation') return [computing(value, kind)];
  return lowering.partsOf(value, result).map(([input, part]) => copying(input, part));
}

function computing(value: AppliedValue, kind: ReturnType<typeof kindOf>): Cluster {
  const cluster = new Cluster(0, value.shape);
  const ask = () => {};
  // Numbering the elements anew moves the access too.
  const access: Access = { value, cluster, at: cluster.placeIn(value.shape), context: 'element' };
  cluster.accesses.push(access);
  const { lowering } = value.primitive;
  if (kind === 'fold' && lowering.kind === 'foldWindows') lowering.place(cluster, value, ask);
  else if (kind === 'fold') foldRows(cluster, value, access.at, ask);
  else if (kind === 'product') placeProduct(cluster, value, access.at, ask);
  else {
    cluster.members.add(value);
    if (kind === 'routine') cluster.form = 'routine';
  }
  cluster.kept.push({ value, at: access.at, memory: result });
  return cluster;
}

/** Brings a value to its part of the output. */
function copying(value: Value, memory: Memory): Cluster {
  const cluster = new Cluster(0, value.shape);
  cluster.kept.push({ value, at: cluster.placeIn(value.shape), memory });
  return cluster;
}
