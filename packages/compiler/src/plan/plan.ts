/** A graph as one program: its kernels in order, and where each of its bindings lies. */
import { itemBytes, type KernelBinding, type KernelStep, type Limits, type Program, sizeOf } from '@evenkeel/backend';
import { type Emitted, emit } from '../emission/emit.ts';
import { fuse } from '../fusion/fuse.ts';
import type { Graph } from '../graph/graph.ts';
import { Arena } from './arena.ts';
import { schedule } from './schedule.ts';

/** Where a binding of the program lies when it runs. */
export type Place =
  | { readonly kind: 'input'; readonly input: number }
  | { readonly kind: 'result'; readonly result: number }
  /** A range of the memory that the program's kernels share, in bytes. */
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

export function planProgram(graph: Graph, limits: Limits): Plan {
  const { clusters, memories } = schedule(graph, fuse(graph));
  const emitted = clusters.map((cluster) => emit(cluster, memories, limits));
  const arena = arenaOf(emitted, limits);
  const bindings: KernelBinding[] = [];
  const places: Place[] = [];
  const numbers = new Map<string, number>();
  const bind = (memory: Emitted['memories'][number], { dtype, access }: KernelBinding): number => {
    const place = placeOf(memory, arena);
    const key = `${access}|${dtype}|${Object.values(place).join('|')}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = bindings.push({ dtype, access }) - 1;
      places.push(place);
      numbers.set(key, number);
    }
    return number;
  };
  const steps = emitted.flatMap(({ kernels, memories: bound, slots }) =>
    kernels.map((kernel): KernelStep => {
      const own = kernel.bindings.map((binding, i) => bind(bound[i] as Emitted['memories'][number], binding));
      return { kernel, bindings: own, arguments: slots };
    }),
  );
  const program = { bindings, arguments: graph.arguments, steps };
  return { program, places, arenaBytes: arena.bytes, intermediateBytes: arena.unshared };
}

function placeOf(memory: Emitted['memories'][number], arena: Arena): Place {
  switch (memory.kind) {
    case 'input':
      return { kind: 'input', input: memory.input.input };
    case 'result':
      return { kind: 'result', result: memory.result };
    case 'temporary':
      return { kind: 'arena', ...arena.rangeOf(memory.value) };
  }
}

function arenaOf(emitted: readonly Emitted[], { boolBytes }: Limits): Arena {
  const arena = new Arena();
  emitted.forEach(({ memories }, time) => {
    for (const memory of memories) {
      if (memory.kind !== 'temporary') continue;
      const { shape, dtype } = memory.value;
      arena.use(memory.value, sizeOf(shape) * itemBytes(dtype, boolBytes), time);
    }
  });
  arena.arrange();
  return arena;
}
