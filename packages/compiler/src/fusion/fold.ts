import { type Expression, integer, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { axesIn, keyOf } from '../positions/divide.ts';
import { ravel, unravel } from '../positions/reshape.ts';
import type { ReductionAttributes } from '../reduction.ts';
import type { Ask, Cluster } from './cluster.ts';

/** Backends tell a kernel's reductions apart by the bits of a word, and the position of an extreme takes two. */
const mostFolds = 15;

/** Lets a cluster that reads a fold at `at` compute it, if its rows are the fold's own. */
export function placeFold(cluster: Cluster, value: AppliedValue, at: readonly Expression[], ask: Ask): boolean {
  if (cluster.form !== 'loop') return false;
  const { lowering } = value.primitive;
  if (lowering.kind === 'foldWindows') {
    if (cluster.inner !== undefined || cluster.levelOf(at, value.shape) !== 'element') return false;
    lowering.place(cluster, value, ask);
    return true;
  }
  return cluster.inner === undefined
    ? foldElements(cluster, value, at, ask) || foldRows(cluster, value, at, ask)
    : foldAlong(cluster, value, at, ask);
}

/** Lets a cluster compute a fold that it does not read, over the same rows in the same order; gives where the fold is. */
export function joinFold(cluster: Cluster, value: AppliedValue, ask: Ask): readonly Expression[] | undefined {
  if (cluster.inner === undefined || value.primitive.lowering.kind !== 'reduction') return undefined;
  if (cluster.folds.size >= mostFolds) return undefined;
  const operand = value.inputs[0] as Value;
  const { outer, inner } = cluster;
  if (sizeOf(value.shape) !== cluster.sizeOf(outer) || sizeOf(operand.shape) !== cluster.sizeOf([...outer, ...inner])) {
    return undefined;
  }
  const at = unravel(cluster.numberAlong(outer), value.shape, cluster.extents);
  const from = operandPlace(cluster, value, at);
  if (cluster.levelOf(from, operand.shape) !== 'element') return undefined;
  accept(cluster, value, from, ask);
  return at;
}

/** The cluster's elements are what is folded: its axes among the folded dimensions become the inner ones. */
function foldElements(cluster: Cluster, value: AppliedValue, at: readonly Expression[], ask: Ask): boolean {
  const operand = value.inputs[0] as Value;
  const size = sizeOf(operand.shape);
  if (size !== cluster.sizeOf(cluster.elements) || size === sizeOf(value.shape)) return false;
  const { places, replace } = cluster.trial(operand.shape);
  const { dims } = value.attributes as ReductionAttributes;
  const fits = at.every((position, d) => {
    const wanted = dims.includes(d) ? integer(0) : (places[d] as Expression);
    return keyOf(replace(position)) === keyOf(wanted);
  });
  if (!fits) return false;
  cluster.reaxis(operand.shape);
  cluster.inner = axesIn(places.filter((_, d) => dims.includes(d)));
  accept(cluster, value, places, ask);
  return true;
}

/** The cluster's elements are the fold's results: it gets the folded dimensions as inner axes. */
export function foldRows(cluster: Cluster, value: AppliedValue, at: readonly Expression[], ask: Ask): boolean {
  if (cluster.levelOf(at, value.shape) !== 'element') return false;
  const operand = value.inputs[0] as Value;
  const { dims } = value.attributes as ReductionAttributes;
  const rows = cluster.reaxis(value.shape);
  const { axes, places } = cluster.addAxes(dims.map((dim) => operand.shape[dim] as number));
  const from = rows.map((row, d) => places[dims.indexOf(d)] ?? row);
  cluster.inner = axes;
  cluster.elements = axesIn(from);
  accept(cluster, value, from, ask);
  return true;
}

/** The cluster folds already, and the fold goes along the same rows. */
function foldAlong(cluster: Cluster, value: AppliedValue, at: readonly Expression[], ask: Ask): boolean {
  const operand = value.inputs[0] as Value;
  const { outer, inner } = cluster;
  const along = cluster.sizeOf(inner as number[]);
  const isRow =
    cluster.folds.size < mostFolds &&
    sizeOf(value.shape) === cluster.sizeOf(outer) &&
    keyOf(ravel(at, value.shape)) === keyOf(cluster.numberAlong(outer)) &&
    sizeOf(operand.shape) === sizeOf(value.shape) * along;
  if (!isRow) return false;
  accept(cluster, value, operandPlace(cluster, value, at), ask);
  return true;
}

/** Where the fold at `at` reads its operand, at the cluster's position within the row. */
function operandPlace(cluster: Cluster, value: AppliedValue, at: readonly Expression[]): Expression[] {
  const operand = value.inputs[0] as Value;
  const { dims } = value.attributes as ReductionAttributes;
  const position = cluster.numberAlong(cluster.inner as number[]);
  const along = unravel(
    position,
    dims.map((dim) => operand.shape[dim] as number),
    cluster.extents,
  );
  return at.map((place, d) => along[dims.indexOf(d)] ?? place);
}

/** Has a cluster fold, and asks for what it folds. */
export function accept(
  cluster: Cluster,
  value: AppliedValue,
  at: readonly Expression[],
  ask: Ask,
  guard?: Expression,
): void {
  cluster.members.add(value);
  cluster.folds.set(value, { at, guard });
  ask({ value: value.inputs[0] as Value, at, context: guard ? 'guarded' : 'element' });
}
