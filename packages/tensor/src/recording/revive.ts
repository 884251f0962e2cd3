import { getOrMake } from '@evenkeel/backend';
import { type AppliedValue, Graph, planProgram, type Value } from '@evenkeel/compiler';
import { bindingOf } from '../engine/execute.ts';
import { blank, runOnce } from '../engine/plans.ts';
import type { Tensor } from '../tensor.ts';
import { recordWith } from './active.ts';
import type { Recorder, Source } from './recorder.ts';

type Captured = Extract<Source, { kind: 'captured' }>;

const revivals = new WeakMap<Tensor, Tensor | undefined>();

/**
 * A tensor with memory for one that a recording left behind, if it depends on nothing but constants: a mask that a layer made while it
 * was recorded and keeps for later. Undefined if it stands for something that the program computes.
 */
export function revived(tensor: Tensor): Tensor | undefined {
  const { traced } = tensor;
  if (!traced?.recorder.isOver) return undefined;
  if (!revivals.has(tensor))
    revivals.set(
      tensor,
      recordWith(undefined, () => compute(traced.recorder, traced.value)),
    );
  return revivals.get(tensor);
}

function compute(recorder: Recorder, value: Value): Tensor | undefined {
  if (!isConstant(value, recorder)) return undefined;
  const { device, sources } = recorder;
  const graph = new Graph();
  const inputs: Tensor[] = [];
  const known = new Map<Value, Value>();
  const again = (old: Value): Value => getOrMake(known, old, () => rebuilt(old));
  const rebuilt = (old: Value): Value => {
    if (old.kind === 'constant') return graph.constant(old.shape, old.dtype, old.number);
    if (old.kind === 'input') {
      inputs.push((sources[old.input] as Captured).tensor);
      return graph.input(old, old.strides);
    }
    const { primitive, inputs: parts, attributes } = old as AppliedValue;
    return graph.apply(primitive, parts.map(again), attributes);
  };
  graph.result(again(value));
  const plan = planProgram(graph, device.backend.limits);
  const made = blank(device, value).keep();
  const memory = { inputs: inputs.map(bindingOf), results: [bindingOf(made)] };
  runOnce(device, plan, device.prepare(plan.program), memory);
  return made;
}

/** Whether a value depends on nothing but numbers and host data. */
function isConstant(value: Value, { sources }: Recorder): boolean {
  const found = new Set([value]);
  for (const each of found) {
    if (each.kind === 'input') {
      const source = sources[each.input];
      if (source?.kind !== 'captured' || !source.data) return false;
    } else if (each.kind === 'applied' && each.slot === undefined) {
      for (const input of each.inputs) found.add(input);
    } else if (each.kind !== 'constant') return false;
  }
  return true;
}
