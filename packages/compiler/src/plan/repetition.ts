import { itemBytes, type KernelBinding, type Limits, type RepeatStep, type Step, sizeOf } from '@evenkeel/backend';
import type { Repetition } from '../fusion/cluster.ts';
import type { Memory } from '../fusion/memory.ts';
import { placeRepetition } from '../fusion/repetition.ts';
import type { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import type { Binder, Place, Plan, Range } from './plan.ts';

/** A repeated body as a step, once the memory around it is laid out. */
export interface RepetitionPlan {
  readonly memories: readonly Memory[];
  step(binder: Binder): RepeatStep;
}

/** Where one of the body's bindings lies around it at the first turn, and how far it moves from turn to turn. */
interface Outside {
  readonly memory: Memory;
  readonly range: Range | undefined;
  readonly stride: number;
}

/** Plans a body as a program of its own, and finds its inputs and results in the memory around it. */
function planRepetition(
  { value, inputs, results }: Repetition,
  located: ReadonlyMap<Value, Memory>,
  limits: Limits,
  planProgram: (graph: Graph, limits: Limits) => Plan,
): RepetitionPlan {
  const { graph, carried, sequences } = value.body;
  const plan = planProgram(graph, limits);
  const scratch: Memory = { kind: 'scratch', of: value, bytes: plan.arenaBytes };
  // A computed input may lie in other memory than was foreseen: what its cluster kept first.
  const found = inputs.map((memory) => (memory.kind === 'temporary' && located.get(memory.value)) || memory);
  const turn = (each: Value): { range: Range; stride: number } => {
    const length = sizeOf(each.shape) * itemBytes(each.dtype, limits.boolBytes);
    return value.reverse
      ? { range: { offset: (value.turns - 1) * length, length }, stride: -length }
      : { range: { offset: 0, length }, stride: length };
  };
  const still = { range: undefined, stride: 0 };
  const outside = (place: Place): Outside => {
    if (place.kind === 'arena') return { memory: scratch, range: place, stride: 0 };
    if (place.kind === 'input') {
      const isSequence = place.input >= carried && place.input < carried + sequences;
      const memory = found[place.input] as Memory;
      return within(memory, isSequence ? turn(graph.inputs[place.input] as Value) : still, place.range);
    }
    const memory = results[place.result] as Memory;
    return within(memory, turn((graph.results[place.result] as { value: Value }).value), place.range);
  };
  const all = plan.places.map(outside);
  return {
    memories: [...found, ...results, ...(plan.arenaBytes > 0 ? [scratch] : [])],
    step(binder) {
      const own = plan.program.bindings.map((binding: KernelBinding, i) => {
        const { memory, range, stride } = all[i] as Outside;
        return binder.bind(memory, binding, range, `${value.id}:${i}:${stride}`);
      });
      const spread = (strides: readonly number[]): number[] => {
        const wide = new Array<number>(binder.bindings.length).fill(0);
        strides.forEach((stride, i) => {
          wide[own[i] as number] = stride;
        });
        return wide;
      };
      const move = (step: Step): Step =>
        'repeat' in step
          ? { repeat: step.repeat, body: step.body.map(move), strides: spread(step.strides) }
          : { ...step, bindings: step.bindings.map((binding) => own[binding] as number) };
      return {
        repeat: value.turns,
        body: plan.program.steps.map(move),
        strides: spread(all.map(({ stride }) => stride)),
      };
    },
  };
}

/** How repeated bodies are fused and planned. */
export const repeating = { place: placeRepetition, plan: planRepetition };

/** A range of what one turn sees. */
function within(
  memory: Memory,
  { range, stride }: { range: Range | undefined; stride: number },
  part?: Range,
): Outside {
  if (!part) return { memory, range, stride };
  return { memory, range: { offset: (range?.offset ?? 0) + part.offset, length: part.length }, stride };
}
