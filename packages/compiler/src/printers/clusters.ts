import type { Cluster } from '../fusion/cluster.ts';
import { isView } from '../fusion/kinds.ts';
import type { Value } from '../graph/value.ts';
import type { Stages } from '../plan/plan.ts';
import { workOf } from './steps.ts';
import { bodyNames, bytesOf, memoryName, type Names, nameOf, sizeText, typeOf } from './text.ts';

/**
 * What fusion made of a graph: for each cluster, in the order in which they run, the values that it computes, what it reads, and what it keeps
 * in memory for others. A value that several clusters compute stands in each of them.
 */
export function printClusters(stages: Stages, names: Names = {}): string {
  const { clusters } = stages.fusion;
  const head = clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`;
  return [head, ...clusters.flatMap((cluster, i) => linesOf(cluster, i, stages, names))].join('\n');
}

function linesOf(cluster: Cluster, number: number, stages: Stages, names: Names): string[] {
  const { repetition, members, kept } = cluster;
  if (repetition) {
    const { value } = repetition;
    const body = stages.bodies.get(value.body.graph);
    const inside = body ? printClusters(body, bodyNames(stages.graph, value, names)).split('\n') : [];
    return [`  ${number} repeats ${value.turns} times`, ...inside.map((line) => `    ${line}`)];
  }
  const extents = (axes: readonly number[]) => axes.map((axis) => cluster.extents[axis]).join('×') || '1';
  const { product } = cluster;
  const over = product ? ` over ${extents(product.k)}` : cluster.inner ? ` over ${extents(cluster.inner)}` : '';
  const lines = [
    `  ${number} ${cluster.form} ${extents(product ? cluster.elements : cluster.outer)}${over}: ${workOf(cluster)}`,
  ];
  const computed = [...members]
    .filter((value) => value === product?.value || !isView(value))
    .sort((a, b) => a.id - b.id)
    .map((value) => nameOf(value, names));
  const read = new Set<Value>();
  for (const { value } of cluster.accesses) if (!members.has(value)) read.add(value);
  if (computed.length > 0) lines.push(`      computes ${computed.join(' ')}`);
  if (read.size > 0)
    lines.push(`      reads    ${[...read].map((value) => `${nameOf(value, names)} ${typeOf(value)}`).join(', ')}`);
  for (const { value, memory } of kept) {
    const place = memoryName(memory, stages.graph, names);
    const name = nameOf(value, names);
    const where = memory.kind === 'temporary' ? '' : ` ${memory.kind === 'part' ? 'as a part of' : 'as'} ${place}`;
    lines.push(`      keeps    ${name} ${typeOf(value)}${where}, ${sizeText(bytesOf(value))}`);
  }
  return lines;
}
