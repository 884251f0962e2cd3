import type { Limits, Program } from '@evenkeel/backend';
import { emit } from '../emission/emit.ts';
import { fuse } from '../fusion/fuse.ts';
import { Graph } from '../graph/graph.ts';
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
  // One operation leaves nothing between its kernels and waits for nothing: there is no memory to plan, and no order.
  const { clusters, memories } = fuse(graph);
  const steps = clusters.flatMap((cluster) => {
    const { kernels, memories: bound, slots } = emit(cluster, memories, limits);
    const bindings = bound.map((memory) => (memory.kind === 'input' ? memory.input.input : graph.inputs.length));
    return kernels.map((kernel) => ({ kernel, bindings: bindings.slice(0, kernel.bindings.length), arguments: slots }));
  });
  const bindings = [
    ...graph.inputs.map(({ dtype }) => ({ dtype, access: 'read' }) as const),
    { dtype: value.dtype, access: 'write' } as const,
  ];
  return { bindings, arguments: graph.arguments, steps };
}
