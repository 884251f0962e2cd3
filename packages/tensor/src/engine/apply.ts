import { isFloat } from '@evenkeel/backend';
import { type OperationName, type Primitive, primitives } from '@evenkeel/compiler';
import { isGradEnabled } from '../autograd/mode.ts';
import { OperationNode } from '../autograd/node.ts';
import type { Tensor } from '../tensor.ts';
import { execute } from './execute.ts';

/**
 * One primitive on tensors: computed now, and recorded if a gradient may be asked for. `numbers` are the operation's own
 * arguments (the random generator's counter).
 */
export function apply(
  name: OperationName,
  inputs: readonly Tensor[],
  attributes: object,
  numbers?: () => readonly number[],
): Tensor {
  const primitive = primitives[name] as unknown as Primitive<object>;
  const output = execute(primitive, inputs, attributes, numbers);
  const recorded =
    primitive.gradient !== undefined &&
    isGradEnabled() &&
    isFloat(output.dtype) &&
    inputs.some((input) => input.requiresGrad);
  if (recorded) new OperationNode(primitive, inputs, output, attributes);
  return output;
}
