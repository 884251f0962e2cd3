import {
  axis,
  binary,
  constant,
  contiguousStrides,
  type Expression,
  type LoopKernel,
  type Reduction,
  reduced,
  select,
  weightedSum,
} from '@evenkeel/backend';
import type { Fold, Spec } from '../primitive.ts';
import { collapse } from './collapse.ts';
import { type Operand, Signature } from './operand.ts';

/** One value of the output per outer index, folded over the reduced dimensions. */
export function lowerReduction(fold: Fold, operand: Operand, output: Spec, dims: readonly number[]): LoopKernel {
  const signature = new Signature([operand], output.dtype);
  const walk = operand.strides ?? operand.shape.map(() => 0);
  const kept = operand.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const pick = (values: readonly number[], of: readonly number[]) => of.map((d) => values[d] as number);
  const target = contiguousStrides(output.shape);
  const outer = collapse(pick(operand.shape, kept), [pick(target, kept), pick(walk, kept)]);
  const inner = collapse(pick(operand.shape, dims), [pick(walk, dims)]);
  const axes = [...outer.shape, ...inner.shape].map((_, d) => axis(d));
  const value = signature.at(0, operand, axes, [...(outer.strides[1] as number[]), ...(inner.strides[0] as number[])]);
  const outerAxes = axes.slice(0, outer.shape.length);
  // A reduction over nothing but size-1 dimensions still has one element to fold.
  const innerShape = inner.shape.length === 0 ? [1] : inner.shape;
  const position = weightedSum(axes.slice(outer.shape.length), contiguousStrides(inner.shape));
  const { reductions, result } = folding(fold, value, position);
  return {
    form: 'loop',
    bindings: signature.bindings,
    arguments: signature.arguments,
    outer: outer.shape,
    inner: innerShape,
    reductions,
    stores: [
      {
        binding: signature.output,
        index: weightedSum(outerAxes, outer.strides[0] as number[]),
        value: result,
      },
    ],
    elementStores: [],
  };
}

function folding(fold: Fold, value: Expression, position: Expression): { reductions: Reduction[]; result: Expression } {
  if (fold !== 'argmax' && fold !== 'argmin') {
    return { reductions: [{ fn: fold, value }], result: reduced(value.dtype, 0) };
  }
  // The extreme first; then the first position that has it. If it is NaN, nothing equals it but NaN itself is found.
  const extreme = reduced(value.dtype, 0);
  const found = binary('or', binary('eq', value, extreme), binary('ne', value, value));
  return {
    reductions: [
      { fn: fold === 'argmax' ? 'max' : 'min', value },
      { fn: 'min', value: select(found, position, constant('int32', 2 ** 31 - 1)) },
    ],
    result: reduced('int32', 1),
  };
}
