/** A graph as one program: its kernels in order, and where each of its bindings lies. */
import { getOrMake, itemBytes, type KernelBinding, type Limits, type Program, type Step } from '@evenkeel/backend';
import { type Emitted, emit } from '../emission/emit.ts';
import type { Cluster } from '../fusion/cluster.ts';
import { type FuseOptions, type Fusion, fuse } from '../fusion/fuse.ts';
import { type Memory, wholeOf } from '../fusion/memory.ts';
import type { Graph } from '../graph/graph.ts';
import type { InputValue } from '../graph/value.ts';
import { Arena, bytesOf, keyOf } from './arena.ts';
import { type Batched, batch } from './batch.ts';
import type { RepetitionPlan } from './repetition.ts';
import { Rows } from './rows.ts';
import { schedule } from './schedule.ts';
import { fromItsStarts } from './starts.ts';

/** A range within memory, in bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Where a binding of the program lies when it runs; without a range it is all of an input or result. */
export type Place =
  | { readonly kind: 'input'; readonly input: number; readonly range?: Range | undefined }
  | { readonly kind: 'result'; readonly result: number; readonly range?: Range | undefined }
  /** A range of the memory that the program's kernels share. */
  | { readonly kind: 'arena'; readonly offset: number; readonly length: number };

export interface Plan {
  readonly program: Program;
  /** By binding of the program. */
  readonly places: readonly Place[];
  /** Inputs that must lie side by side, in order and without gaps: kernels go through each list as through one. */
  readonly rows: readonly (readonly number[])[];
  /** What the program needs besides inputs and results. What is no larger than `limits.pieceBytes` lies in one piece. */
  readonly arenaBytes: number;
  /** What it would need if nothing shared memory. */
  readonly intermediateBytes: number;
}

export interface PlanOptions extends FuseOptions {
  /** Inputs whose memory can be moved, as long as it stays row by row. */
  readonly movable?: readonly InputValue[];
  /** Those of them that lie side by side already; so they are left where they can be. */
  readonly rows?: readonly (readonly InputValue[])[];
}

/** A plan, and what became of the graph on the way to it. */
export interface Stages {
  readonly graph: Graph;
  /** The clusters in the order in which they run. */
  readonly fusion: Fusion;
  /** What each of them comes to by itself. */
  readonly single: readonly Part[];
  /** The same, where equal work is done together. */
  readonly parts: readonly Part[];
  readonly arena: Arena;
  readonly plan: Plan;
  /** The same of bodies that are repeated. */
  readonly bodies: ReadonlyMap<Graph, Stages>;
}

export function planProgram(graph: Graph, limits: Limits, options: PlanOptions = {}): Plan {
  return planStages(graph, limits, options).plan;
}

/** `planProgram` with everything that it goes through, for those who print it. */
export function planStages(graph: Graph, limits: Limits, options: PlanOptions = {}): Stages {
  const fusion = schedule(graph, fuse(graph, limits, options));
  const rows = new Rows(options.movable ?? [], options.rows ?? [], limits);
  const { together = true } = options;
  const bodies = new Map<Graph, Stages>();
  const planBody = (body: Graph) => {
    const stages = planStages(body, limits, { together });
    bodies.set(body, stages);
    return stages.plan;
  };
  const single = fusion.clusters.map((cluster) => partOf(cluster, fusion.memories, limits, planBody));
  const parts = together ? batch(single, rows, limits) : single;
  const arena = new Arena(limits.pieceBytes);
  for (const row of rows.temporaries) {
    arena.join(row.map((value) => ({ what: value, bytes: bytesOf({ kind: 'temporary', value }, limits) })));
  }
  parts.forEach((part, time) => {
    for (const memory of part.memories) arena.use(keyOf(memory), bytesOf(memory, limits), time);
  });
  arena.arrange();
  const binder = new Binder(arena);
  const steps = parts.flatMap((part) =>
    'repetition' in part ? part.repetition.step(binder) : stepsOf(part, limits, binder),
  );
  const { bindings, places } = binder;
  const plan = {
    program: { bindings, arguments: graph.arguments, steps },
    places,
    rows: rows.inputs.map((members) => members.map(({ input }) => input)),
    arenaBytes: arena.bytes,
    intermediateBytes: arena.unshared,
  };
  return { graph, fusion, single, parts, arena, plan, bodies };
}

/** Some steps of the program, before its memory is laid out. */
export type Part = Emitted | Batched | { readonly memories: readonly Memory[]; readonly repetition: RepetitionPlan };

function partOf(cluster: Cluster, memories: Fusion['memories'], limits: Limits, planBody: (body: Graph) => Plan): Part {
  if (!cluster.repetition) return emit(cluster, memories, limits);
  const { body } = cluster.repetition.value;
  const repetition = body.repeating.plan(cluster.repetition, memories, limits, planBody);
  return { memories: repetition.memories, repetition };
}

function stepsOf(part: Emitted | Batched, limits: Limits, binder: Binder): Step[] {
  const { kernels, memories, slots } = part;
  const ranges = 'ranges' in part ? part.ranges : [];
  const isTemporary = (binding: number) => wholeOf(memories[binding] as Memory).kind === 'temporary';
  return kernels.map((each) => {
    const { kernel, starts } = fromItsStarts(each, isTemporary);
    const bindings = kernel.bindings.map((binding, i) => {
      const memory = memories[i] as Memory;
      const start = (starts[i] as number) * itemBytes(binding.dtype, limits.boolBytes);
      const whole = ranges[i] ?? { offset: 0, length: bytesOf(memory, limits) };
      const range = start > 0 ? { offset: whole.offset + start, length: whole.length - start } : ranges[i];
      return binder.bind(memory, binding, range);
    });
    return { kernel, bindings, arguments: slots };
  });
}

/** Numbers the program's bindings: each place that is read or written once. */
export class Binder {
  readonly bindings: KernelBinding[] = [];
  readonly places: Place[] = [];
  readonly #arena: Arena;
  readonly #numbers = new Map<string, number>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** @param mark tells bindings of one range apart that do not move alike */
  bind(memory: Memory, { dtype, access }: KernelBinding, range?: Range, mark = ''): number {
    const place = this.#placeOf(memory, range);
    const key = `${access}|${dtype}|${JSON.stringify(place)}|${mark}`;
    return getOrMake(this.#numbers, key, () => {
      this.places.push(place);
      return this.bindings.push({ dtype, access }) - 1;
    });
  }

  #placeOf(memory: Memory, range?: Range): Place {
    const whole = wholeOf(memory);
    if (whole.kind === 'input') return { kind: 'input', input: whole.input.input, range };
    if (whole.kind === 'result') return { kind: 'result', result: whole.result, range };
    const { offset, length } = this.#arena.rangeOf(keyOf(whole));
    return range
      ? { kind: 'arena', offset: offset + range.offset, length: range.length }
      : { kind: 'arena', offset, length };
  }
}
