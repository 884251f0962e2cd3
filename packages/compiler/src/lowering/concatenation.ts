import { axis, contiguousStrides, type Program, type Step, sizeOf, weightedSum } from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';
import { collapse } from './collapse.ts';
import { type Operand, Signature } from './operand.ts';
import { elementKernel } from './pointwise.ts';

/** One copy per input into its part of the output: any number of inputs stays within any limit of bindings. */
export function lowerConcatenation(operands: readonly Operand[], output: Spec, dim: number): Program {
  const whole = new Signature(operands, output.dtype);
  const target = contiguousStrides(output.shape);
  const steps: Step[] = [];
  let start = 0;
  let binding = 0;
  let number = 0;
  for (const operand of operands) {
    const isNumber = operand.strides === undefined;
    if (sizeOf(operand.shape) > 0) {
      const signature = new Signature([operand], output.dtype);
      const { shape, strides } = collapse(operand.shape, [target, operand.strides ?? operand.shape.map(() => 0)]);
      const axes = shape.map((_, d) => axis(d));
      const kernel = elementKernel(
        signature,
        shape,
        weightedSum(axes, strides[0] as number[], start * (target[dim] as number)),
        signature.at(0, operand, axes, strides[1] as number[]),
      );
      steps.push(
        isNumber
          ? { kernel, bindings: [whole.output], arguments: [number] }
          : { kernel, bindings: [binding, whole.output], arguments: [] },
      );
    }
    start += operand.shape[dim] as number;
    if (isNumber) number++;
    else binding++;
  }
  return { bindings: whole.bindings, arguments: whole.arguments, steps };
}
