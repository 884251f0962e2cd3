import { contiguousStrides, type DType, type Limits, type Program, printKernel, type Shape } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import {
  type AttributesOf,
  lower,
  type Operand,
  type OperationName,
  type Primitive,
  primitives,
} from '@evenkeel/compiler';

export const { limits } = nullBackend();

/** An operand in row-major memory, or with strides of its own. */
export function memory(shape: Shape, dtype: DType = 'float32', strides = contiguousStrides(shape)): Operand {
  return { shape, dtype, strides };
}

/** An operand that is one number everywhere. */
export function number(shape: Shape, dtype: DType = 'float32'): Operand {
  return { shape, dtype, strides: undefined };
}

/** The program of a primitive by its name. */
export function lowered<Name extends OperationName>(
  name: Name,
  operands: readonly Operand[],
  attributes: AttributesOf<Name>,
  own: Limits = limits,
): Program {
  const primitive = primitives[name] as unknown as Primitive<AttributesOf<Name>>;
  return lower(primitive, operands, attributes, own);
}

/** Its kernels as text. */
export function printed<Name extends OperationName>(
  name: Name,
  operands: readonly Operand[],
  attributes: AttributesOf<Name>,
  own: Limits = limits,
): string {
  return lowered(name, operands, attributes, own)
    .steps.map((step) => ('kernel' in step ? printKernel(step.kernel) : 'repeat'))
    .join('\n');
}
