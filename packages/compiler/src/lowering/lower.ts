import type { Limits, Program } from '@evenkeel/backend';
import { Graph } from '../graph/graph.ts';
import { planProgram } from '../plan/plan.ts';
import type { Primitive } from '../primitive.ts';
import type { Operand } from './operand.ts';

/**
 * The program of one operation that is not a view. Its bindings are the operands that are memory, in order, then the output,
 * contiguous; its arguments are the operands that are numbers, then the operation's own.
 */
export function lower<Attributes>(
  primitive: Primitive<Attributes>,
  operands: readonly Operand[],
  attributes: Attributes,
  limits: Limits,
): Program {
  const graph = new Graph();
  const inputs = operands.map((operand) =>
    operand.strides ? graph.input(operand, operand.strides) : graph.argument(operand.shape, operand.dtype),
  );
  const { lowering } = primitive;
  const own = lowering.kind === 'quads' ? graph.reserve(...lowering.numbers) : undefined;
  const value = graph.apply(primitive as unknown as Primitive<never>, inputs, attributes as object, own);
  graph.result(value);
  const { program, places } = planProgram(graph, limits);
  // The plan binds what it needs, in the order in which it does; here all operands are bound, needed or not.
  const bindings = [
    ...graph.inputs.map(({ dtype }) => ({ dtype, access: 'read' }) as const),
    { dtype: value.dtype, access: 'write' } as const,
  ];
  const numbers = places.map((place) => (place.kind === 'input' ? place.input : graph.inputs.length));
  const steps = program.steps.map((step) =>
    'kernel' in step ? { ...step, bindings: step.bindings.map((binding) => numbers[binding] as number) } : step,
  );
  return { bindings, arguments: graph.arguments, steps };
}
