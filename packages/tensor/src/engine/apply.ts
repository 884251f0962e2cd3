import { isFloat } from '@evenkeel/backend';
import type { Primitive } from '@evenkeel/compiler';
import { isGradEnabled } from '../autograd/mode.ts';
import { OperationNode } from '../autograd/node.ts';
import type { Tensor } from '../tensor.ts';
import { execute } from './execute.ts';

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
  const output = execute(primitive as Primitive<object>, inputs, attributes as object, numbers);
  const recorded =
    primitive.gradient !== undefined &&
    isGradEnabled() &&
    isFloat(output.dtype) &&
    inputs.some((input) => input.requiresGrad);
  if (recorded) new OperationNode(primitive, inputs, output, attributes);
  return output;
}
