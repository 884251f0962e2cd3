import { type OperationName, type Primitive, primitives } from '@evenkeel/compiler';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';

/**
 * One primitive on tensors by its name. A program that calls this carries every primitive; the functions of `ops` bring their own.
 * `numbers` are the operation's own arguments (the random generator's counter).
 */
export function apply(
  name: OperationName,
  inputs: readonly Tensor[],
  attributes: object,
  numbers?: () => readonly number[],
): Tensor {
  return applyPrimitive(primitives[name] as unknown as Primitive<object>, inputs, attributes, numbers);
}
