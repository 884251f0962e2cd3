/** Kernels whose elements are found by their position: sources, rearrangements, gathers. */
import {
  axis,
  binary,
  bounded,
  contiguousStrides,
  type Expression,
  integer,
  type LoopKernel,
  type Program,
  type Strides,
  sizeOf,
  weightedSum,
  zero,
} from '@evenkeel/backend';
import type { Lowering, Spec } from '../primitive.ts';
import { collapse } from './collapse.ts';
import { firstElement, type Operand, Signature } from './operand.ts';
import { elementKernel } from './pointwise.ts';

export function lowerSource<Attributes>(
  { element }: Extract<Lowering<Attributes>, { kind: 'source' }>,
  output: Spec,
  attributes: Attributes,
): LoopKernel {
  const signature = new Signature([], output.dtype);
  const axes = output.shape.map((_, d) => axis(d));
  const index = weightedSum(axes, contiguousStrides(output.shape));
  return elementKernel(signature, output.shape, index, element(axes, attributes));
}

/** A loop over the fours and, where some elements are left over, a kernel for those. */
export function lowerQuads<Attributes>(
  { numbers, elements }: Extract<Lowering<Attributes>, { kind: 'quads' }>,
  output: Spec,
): Program {
  const signature = new Signature([], output.dtype, numbers);
  const size = sizeOf(output.shape);
  const whole = Math.floor(size / 4);
  const kernel = (outer: readonly number[], quad: Expression, count: number): LoopKernel => ({
    ...elementKernel(signature, outer, integer(0), zero(output.dtype)),
    stores: elements(quad, signature.numbers, output)
      .slice(0, count)
      .map((value, i) => ({ binding: signature.output, index: weightedSum([quad], [4], i), value })),
  });
  const kernels = [
    ...(whole > 0 ? [kernel([whole], axis(0), 4)] : []),
    ...(size % 4 > 0 ? [kernel([], integer(whole), size % 4)] : []),
  ];
  const { bindings, arguments: args } = signature;
  const step = { bindings: bindings.map((_, i) => i), arguments: args.map((_, i) => i) };
  return { bindings, arguments: args, steps: kernels.map((each) => ({ kernel: each, ...step })) };
}

export function lowerRearrangement<Attributes>(
  { from }: Extract<Lowering<Attributes>, { kind: 'rearrangement' }>,
  operand: Operand & { readonly strides: Strides },
  output: Spec,
  attributes: Attributes,
): LoopKernel {
  const signature = new Signature([operand], output.dtype);
  const axes = output.shape.map((_, d) => axis(d));
  const source = from(axes, operand, attributes);
  const index = weightedSum(source.at, operand.strides, firstElement(operand.shape, operand.strides));
  const [read] = signature.read;
  const value = (read as NonNullable<typeof read>)(index, source.guard);
  return elementKernel(signature, output.shape, weightedSum(axes, contiguousStrides(output.shape)), value);
}

export function lowerGather(
  operand: Operand & { readonly strides: Strides },
  positions: Operand & { readonly strides: Strides },
  output: Spec,
  dim: number,
): LoopKernel {
  const signature = new Signature([operand, positions], output.dtype);
  const alongDim = operand.strides[dim] as number;
  const elsewhere = operand.strides.map((stride, d) => (d === dim ? 0 : stride));
  const { shape, strides } = collapse(output.shape, [contiguousStrides(output.shape), elsewhere, positions.strides]);
  const axes = shape.map((_, d) => axis(d));
  const position = bounded(signature.at(1, positions, axes, strides[2] as number[]), operand.shape[dim] as number);
  const rest = weightedSum(axes, strides[1] as number[], firstElement(operand.shape, operand.strides));
  const index = binary('add', weightedSum([position], [alongDim]), rest);
  const [read] = signature.read;
  const value: Expression = (read as NonNullable<typeof read>)(index);
  return elementKernel(signature, shape, weightedSum(axes, strides[0] as number[]), value);
}
