/** A graph as one program: its kernels in order, and where each of its bindings lies. */
import type { KernelBinding, Limits, Program, Step } from '@evenkeel/backend';
import { emit } from '../emission/emit.ts';
import { type FuseOptions, type Fusion, fuse } from '../fusion/fuse.ts';
import { type Memory, wholeOf } from '../fusion/memory.ts';
import type { Graph } from '../graph/graph.ts';
import { Arena, bytesOf, keyOf } from './arena.ts';
import { planRepetition, type RepetitionPlan } from './repetition.ts';
import { schedule } from './schedule.ts';

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
  /** What the program needs besides inputs and results. */
  readonly arenaBytes: number;
  /** What it would need if nothing shared memory. */
  readonly intermediateBytes: number;
}

export function planProgram(graph: Graph, limits: Limits, options: FuseOptions = {}): Plan {
  const fusion = schedule(graph, fuse(graph, options));
  const parts = emitAll(fusion, limits, (body) => planProgram(body, limits, options));
  const arena = new Arena();
  parts.forEach((part, time) => {
    for (const memory of part.memories) arena.use(keyOf(memory), bytesOf(memory, limits), time);
  });
  arena.arrange();
  const binder = new Binder(arena);
  const steps = parts.flatMap((part) => part.steps(binder));
  const { bindings, places } = binder;
  const program = { bindings, arguments: graph.arguments, steps };
  return { program, places, arenaBytes: arena.bytes, intermediateBytes: arena.unshared };
}

/** Some steps of the program, once its memory is laid out. */
interface Part {
  readonly memories: readonly Memory[];
  steps(binder: Binder): Step[];
}

function emitAll({ clusters, memories }: Fusion, limits: Limits, planBody: (body: Graph) => Plan): Part[] {
  return clusters.map((cluster): Part => {
    if (cluster.repetition) {
      const plan: RepetitionPlan = planRepetition(cluster.repetition, memories, limits, planBody);
      return { memories: plan.memories, steps: (binder) => [plan.step(binder)] };
    }
    const { kernels, memories: bound, slots } = emit(cluster, memories, limits);
    return {
      memories: bound,
      steps: (binder) =>
        kernels.map((kernel) => ({
          kernel,
          bindings: kernel.bindings.map((binding, i) => binder.bind(bound[i] as Memory, binding)),
          arguments: slots,
        })),
    };
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
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.bindings.push({ dtype, access }) - 1;
      this.places.push(place);
      this.#numbers.set(key, number);
    }
    return number;
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
