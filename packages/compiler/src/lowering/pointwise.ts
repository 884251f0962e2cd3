import { axis, contiguousStrides, type Expression, type LoopKernel, weightedSum } from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';
import { collapse } from './collapse.ts';
import { type Operand, Signature } from './operand.ts';

/** One element of the output per outer index. */
export function lowerPointwise(
  operands: readonly Operand[],
  output: Spec,
  scalar: (inputs: readonly Expression[]) => Expression,
): LoopKernel {
  const signature = new Signature(operands, output.dtype);
  const still = output.shape.map(() => 0);
  const { shape, strides } = collapse(output.shape, [
    contiguousStrides(output.shape),
    ...operands.map((operand) => operand.strides ?? still),
  ]);
  const axes = shape.map((_, d) => axis(d));
  const inputs = operands.map((operand, i) => signature.at(i, operand, axes, strides[i + 1] as number[]));
  return elementKernel(signature, shape, weightedSum(axes, strides[0] as number[]), scalar(inputs));
}

/** A loop without reductions that stores one value per index. */
export function elementKernel(
  signature: Signature,
  outer: readonly number[],
  index: Expression,
  value: Expression,
): LoopKernel {
  return {
    form: 'loop',
    bindings: signature.bindings,
    arguments: signature.arguments,
    outer,
    inner: [],
    reductions: [],
    stores: [{ binding: signature.output, index, value }],
    elementStores: [],
  };
}
