import { type Body, Graph, type OutcomeValue, type Plan, planProgram, type Spec } from '@evenkeel/compiler';
import { copied } from '../engine/copied.ts';
import { currentDevice, type Device, type PreparedProgram } from '../engine/device.ts';
import { bindingOf } from '../engine/execute.ts';
import { blank, runOnce } from '../engine/plans.ts';
import type { Tensor } from '../tensor.ts';
import { keyOf } from './graph-key.ts';

/** Programs of recurrences that ran outside of `compile`, by what they compute. */
const known = new WeakMap<Device, Map<string, { plan: Plan; prepared: PreparedProgram; results: Spec[] }>>();
const knownLimit = 256;

/** Runs a body several times at once, as one program that is planned when it is met first. */
export function repeatNow(body: Body, inputs: readonly Tensor[], turns: number, reverse: boolean): Tensor[] {
  const device = currentDevice();
  const own = inputs.map((input) => (input.uniform !== undefined || input.isContiguous ? input : copied(input)));
  const programs = known.get(device) ?? new Map();
  known.set(device, programs);
  const key = `${turns}|${reverse}|${own.map(({ uniform }) => uniform)}|${keyOf(body.graph)}`;
  let program = programs.get(key);
  if (!program) {
    program = planned(device, body, own, turns, reverse);
    programs.set(key, program);
    if (programs.size > knownLimit) programs.delete(programs.keys().next().value);
  }
  const { plan, prepared } = program;
  const results: Tensor[] = program.results.map((spec: Spec) => blank(device, spec));
  const memory = own.filter(({ uniform }) => uniform === undefined).map(bindingOf);
  runOnce(device, plan, prepared, { inputs: memory, results: results.map(bindingOf) });
  own.forEach((tensor, i) => {
    if (tensor !== inputs[i]) tensor.lifetime?.drop();
  });
  return results;
}

function planned(device: Device, body: Body, inputs: readonly Tensor[], turns: number, reverse: boolean) {
  const graph = new Graph();
  const values = inputs.map(({ shape, dtype, uniform }) =>
    uniform === undefined ? graph.input({ shape, dtype }) : graph.constant(shape, dtype, uniform),
  );
  const outcomes: OutcomeValue[] = graph.repeat(body, values, turns, reverse);
  for (const outcome of outcomes) graph.result(outcome);
  const plan = planProgram(graph, device.backend.limits);
  const prepared = device.prepare(plan.program);
  return { plan, prepared, results: outcomes.map(({ shape, dtype }) => ({ shape, dtype })) };
}
