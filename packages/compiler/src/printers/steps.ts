/** A planned program, a line for each of its kernels. */
import { countKernels, type Kernel, sizeOf } from '@evenkeel/backend';
import type { Emitted } from '../emission/emit.ts';
import type { Cluster } from '../fusion/cluster.ts';
import { seen } from '../fusion/kinds.ts';
import { type Memory, wholeOf } from '../fusion/memory.ts';
import type { RepeatValue } from '../graph/value.ts';
import type { Batched } from '../plan/batch.ts';
import type { Part, Stages } from '../plan/plan.ts';
import { bodyNames, bytesOf, columns, domainOf, formOf, memoryName, type Names, sizeText } from './text.ts';

/** One kernel of a plan, in words. */
export interface StepInfo {
  /** Its place in the program; within a repeated body behind that of the repetition, as in `12.0`. */
  readonly number: string;
  readonly kernel: Kernel;
  /** The form, and over what it goes. */
  readonly domain: string;
  /** The operations that it computes. */
  readonly work: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What it reads and writes, each once. */
  readonly bytes: number;
  /** Additions and multiplications, where it is a contraction. */
  readonly flops: number;
  /** How often it runs each time the program does. */
  readonly times: number;
}

/** The kernels of a plan in the order of its steps. */
export function stepsOf(stages: Stages, names: Names = {}, before = '', times = 1): StepInfo[] {
  let number = 0;
  return stages.parts.flatMap((part) => {
    if (!('repetition' in part)) {
      return part.kernels.map((kernel) =>
        infoOf(stages, part, kernel, { names, times, number: `${before}${number++}` }),
      );
    }
    const value = repeatOf(stages, part);
    const body = value && stages.bodies.get(value.body.graph);
    const inside = `${before}${number++}.`;
    return body ? stepsOf(body, bodyNames(stages.graph, value, names), inside, times * value.turns) : [];
  });
}

/**
 * What a program does, a line for each kernel: over what it goes, how much it reads and writes, which operations it computes, and where from
 * and to. Above them how many kernels are launched, and how much memory they share.
 */
export function printSteps(stages: Stages, names: Names = {}): string {
  const { program, arenaBytes, intermediateBytes } = stages.plan;
  const rows = stepsOf(stages, names).map(({ number, domain, work, reads, writes, bytes, times }) => [
    number,
    times > 1 ? `${times} times ${domain}` : domain,
    sizeText(bytes),
    shortened(work, 40),
    `${reads.join(', ')} → ${writes.join(', ')}`.trim(),
  ]);
  const count = countKernels(program.steps);
  const share = ((100 * arenaBytes) / intermediateBytes).toFixed(0);
  const between = arenaBytes > 0 ? `, ${sizeText(arenaBytes)} between them, ${share} % of what they write` : '';
  const head = `${count} kernel${count === 1 ? '' : 's'}${between}`;
  return [head, ...columns(rows, '  ')].join('\n');
}

/** The cluster that a kernel was made of; of several that are one now, the first. */
export function clusterOf({ single, fusion }: Stages, part: Part): Cluster {
  const own = 'of' in part ? (part.of[0] as Emitted) : part;
  return fusion.clusters[single.indexOf(own)] as Cluster;
}

/** The operations that a cluster computes, in the order in which they were recorded. */
export function workOf({ members, product, accesses }: Cluster): string {
  const operations = [...members]
    .sort((a, b) => a.id - b.id)
    .map((value) => (value === product?.value ? seen(value) : value))
    .flatMap((value) =>
      value.kind === 'applied' && value.primitive.lowering.kind !== 'view' ? value.primitive.name : [],
    );
  return counted(operations) || (accesses.length > 0 ? 'copy' : 'fill');
}

export function repeatOf(stages: Stages, part: Part): RepeatValue | undefined {
  return clusterOf(stages, part).repetition?.value;
}

interface Circumstances {
  readonly names: Names;
  readonly number: string;
  readonly times: number;
}

function infoOf(stages: Stages, part: Emitted, kernel: Kernel, { names, number, times }: Circumstances): StepInfo {
  const cluster = clusterOf(stages, part);
  const together = 'of' in part ? { count: (part.of as readonly Emitted[]).length, ...(part as Batched) } : undefined;
  // What several kernels went through one after another is named by the first of its memories.
  const told = (binding: number) =>
    memoryName(part.memories[binding] as Memory, stages.graph, names) +
    (together?.ranges[binding] ? ` (+${together.count - 1})` : '');
  const bound = (access: 'read' | 'write') =>
    kernel.bindings.flatMap((binding, i) => (binding.access === access ? [i] : []));
  const bytesAt = (binding: number) =>
    together?.ranges[binding]?.length ?? sizeIn(part.memories[binding] as Memory, stages);
  const written = together
    ? bound('write').map(bytesAt)
    : [...new Set(cluster.kept.map(({ value }) => value))].map((value) => bytesOf(value));
  const bytes = [...bound('read').map(bytesAt), ...written].reduce((sum, more) => sum + more, 0);
  const flops =
    kernel.form === 'contraction' ? 2 * sizeOf([...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k]) : 0;
  return {
    number,
    kernel,
    domain: `${formOf(kernel)} ${domainOf(kernel)}`,
    work: workOf(cluster),
    reads: bound('read').map(told),
    writes: bound('write').map(told),
    bytes,
    flops,
    times,
  };
}

function sizeIn(memory: Memory, { graph }: Stages): number {
  const whole = wholeOf(memory);
  switch (whole.kind) {
    case 'input':
      return bytesOf(whole.input);
    case 'result':
      return bytesOf((graph.results[whole.result] as (typeof graph.results)[number]).value);
    case 'temporary':
      return bytesOf(whole.value);
    case 'scratch':
      return whole.bytes;
  }
}

/** Names with what comes several times in a row counted: `mul×2 add`. */
function counted(names: readonly string[]): string {
  const runs: [string, number][] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.[0] === name) last[1]++;
    else runs.push([name, 1]);
  }
  return runs.map(([name, count]) => (count > 1 ? `${name}×${count}` : name)).join(' ');
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 2).replace(/ [^ ]*$/, '')} …` : text;
}
