import { Graph, planProgram, type Value } from '@evenkeel/compiler';
import { bindingOf } from '../engine/execute.ts';
import { blank, runOnce } from '../engine/plans.ts';
import type { Tensor } from '../tensor.ts';
import { recordWith } from './active.ts';
import type { Recorder } from './recorder.ts';

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

function compute({ device, sources }: Recorder, value: Value): Tensor | undefined {
  const graph = new Graph();
  const inputs: Tensor[] = [];
  const known = new Map<Value, Value | undefined>();
  const again = (old: Value): Value | undefined => {
    if (!known.has(old)) known.set(old, rebuilt(old));
    return known.get(old);
  };
  const rebuilt = (old: Value): Value | undefined => {
    if (old.kind === 'constant') return graph.constant(old.shape, old.dtype, old.number);
    if (old.kind === 'input') {
      const source = sources[old.input];
      if (source?.kind !== 'captured' || !source.data) return undefined;
      inputs.push(source.tensor);
      return graph.input(old, old.strides);
    }
    if (old.kind !== 'applied' || old.slot !== undefined) return undefined;
    const parts = old.inputs.flatMap((input) => again(input) ?? []);
    return parts.length < old.inputs.length ? undefined : graph.apply(old.primitive, parts, old.attributes);
  };
  const result = again(value);
  if (!result) return undefined;
  graph.result(result);
  const plan = planProgram(graph, device.backend.limits);
  const made = blank(device, value).keep();
  const memory = { inputs: inputs.map(bindingOf), results: [bindingOf(made)] };
  runOnce(device, plan, device.prepare(plan.program), memory);
  return made;
}
