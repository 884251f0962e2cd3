import { computedIn, type Limits, type Program, type Scalar, sizeOf } from '@evenkeel/backend';
import { emit } from '../emission/emit.ts';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { Primitive } from '../primitive.ts';
import type { Operand } from './operand.ts';
import { clustersOf } from './single.ts';

/**
 * The program of one operation that is not a view. Its bindings are the operands that are memory, in order, then the output,
 * contiguous; its arguments are the operands that are numbers, then the operation's own.
 *
 * One operation needs no graph, and nothing has to be decided about what is computed together or where it lies in between.
 */
export function lower<Attributes>(
  primitive: Primitive<Attributes>,
  operands: readonly Operand[],
  attributes: Attributes,
  limits: Limits,
): Program {
  const numbers: Scalar[] = [];
  let inMemory = 0;
  const inputs = operands.map(({ shape, dtype, strides }, id): Value => {
    if (strides) return { kind: 'input', id, shape, dtype, strides, input: inMemory++ };
    return { kind: 'argument', id, shape, dtype, slot: numbers.push(computedIn(dtype)) - 1 };
  });
  const slot = numbers.length;
  if (primitive.lowering.kind === 'source') numbers.push(...(primitive.lowering.numbers ?? []));
  const { shape, dtype } = primitive.infer(inputs, attributes);
  const value: AppliedValue = {
    kind: 'applied',
    id: inputs.length,
    shape,
    dtype,
    primitive: primitive as unknown as Primitive<never>,
    inputs,
    attributes: attributes as object,
    slot,
  };
  const clusters = sizeOf(shape) > 0 ? clustersOf(value) : [];
  const steps = clusters.flatMap((cluster) => {
    const { kernels, memories, slots } = emit(cluster, new Map(), limits);
    const bindings = memories.map((memory) => (memory.kind === 'input' ? memory.input.input : inMemory));
    return kernels.map((kernel) => ({ kernel, bindings: bindings.slice(0, kernel.bindings.length), arguments: slots }));
  });
  const bindings = [
    ...inputs.flatMap((input) => (input.kind === 'input' ? [{ dtype: input.dtype, access: 'read' } as const] : [])),
    { dtype, access: 'write' } as const,
  ];
  return { bindings, arguments: numbers, steps };
}
