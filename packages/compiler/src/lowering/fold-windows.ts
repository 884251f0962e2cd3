import {
  axis,
  binary,
  contiguousStrides,
  integer,
  type LoopKernel,
  reduced,
  type Strides,
  weightedSum,
} from '@evenkeel/backend';
import type { Spec } from '../primitive.ts';
import type { FoldWindowsAttributes } from '../primitives/fold-windows.ts';
import { firstElement, type Operand, Signature } from './operand.ts';

/** For each element, over the places in a window: the window that shows the element there, if there is one. */
export function lowerFoldWindows(
  operand: Operand & { readonly strides: Strides },
  output: Spec,
  { dim, step, dilation }: FoldWindowsAttributes,
): LoopKernel {
  const signature = new Signature([operand], output.dtype);
  const rank = output.shape.length;
  const axes = output.shape.map((_, d) => axis(d));
  const place = axis(rank);
  const [count, size] = [operand.shape[dim] as number, operand.shape[rank] as number];
  const start = weightedSum([axis(dim), place], [1, -dilation]);
  const window = binary('div', start, integer(step));
  const shows = [
    binary('ge', start, integer(0)),
    binary('eq', binary('rem', start, integer(step)), integer(0)),
    binary('lt', window, integer(count)),
  ].reduce((all, condition) => binary('and', all, condition));
  const index = weightedSum(
    [...axes.map((a, d) => (d === dim ? window : a)), place],
    operand.strides,
    firstElement(operand.shape, operand.strides),
  );
  const [read] = signature.read as [Signature['read'][number]];
  return {
    form: 'loop',
    bindings: signature.bindings,
    arguments: signature.arguments,
    outer: output.shape,
    inner: [size],
    reductions: [{ fn: 'sum', value: read(index, shows) }],
    stores: [
      {
        binding: signature.output,
        index: weightedSum(axes, contiguousStrides(output.shape)),
        value: reduced(output.dtype, 0),
      },
    ],
    elementStores: [],
  };
}
