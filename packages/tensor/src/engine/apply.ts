import type { Primitive } from '@evenkeel/compiler';
import { isDifferentiated, OperationNode } from '../autograd/node.ts';
import type { Tensor } from '../tensor.ts';
import { execute } from './execute.ts';

let compute = execute;

/** Has another function compute what is applied from here on; gives what puts the one before back. */
export function computeWith(other: typeof execute): () => void {
  const before = compute;
  compute = other;
  return () => {
    compute = before;
  };
}

/**
 * One primitive on tensors: computed now, and recorded if a gradient may be asked for. `numbers` are the operation's own
 * arguments (the random generator's counter).
 */
export function applyPrimitive<Attributes>(
  primitive: Primitive<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
  numbers?: () => readonly number[],
): Tensor {
  const output = compute(primitive as Primitive<object>, inputs, attributes as object, numbers);
  if (primitive.gradient && isDifferentiated(output, inputs)) new OperationNode(primitive, inputs, output, attributes);
  return output;
}
