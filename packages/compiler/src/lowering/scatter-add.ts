import {
  axis,
  binary,
  bounded,
  type Expression,
  integer,
  type Kernel,
  type Limits,
  reduced,
  type Strides,
  select,
  weightedSum,
  zero,
} from '@evenkeel/backend';
import type { ScatterAddAttributes } from '../primitives/scatter-add.ts';
import { linesAlong, readLine } from './lines.ts';
import { type Operand, Signature } from './operand.ts';

type Axes = readonly [Expression, Expression, Expression];

/** The routine, or where the backend has none the loop that looks for each destination's sources. */
export function lowerScatterAdd(
  source: Operand,
  index: Operand & { readonly strides: Strides },
  { dim, size }: ScatterAddAttributes,
  limits: Limits,
): Kernel {
  const { shape, dtype } = source;
  const signature = new Signature([source, index], dtype);
  const value = (axes: Axes) => readLine(signature, 0, source, dim, axes);
  const target = (axes: Axes) => readLine(signature, 1, index, dim, axes);
  const { outer, length, inner } = linesAlong(shape, dim);
  const parts = { bindings: signature.bindings, arguments: signature.arguments };
  if (limits.routines.includes('scatterAdd')) {
    const axes: Axes = [axis(0), axis(1), axis(2)];
    return {
      form: 'routine',
      routine: 'scatterAdd',
      ...parts,
      outer,
      length,
      inner,
      size,
      index: target(axes),
      value: value(axes),
      output: signature.output,
    };
  }
  // Axes: outer, destination, inner, then the position that is folded over.
  const axes: Axes = [axis(0), axis(3), axis(2)];
  const destination = target(axes);
  // Held within its bounds only to report one that is not: such a source belongs to no destination.
  const reported = binary('ge', bounded(destination, size), integer(0));
  const hit = binary('and', reported, binary('eq', destination, axis(1)));
  return {
    form: 'loop',
    ...parts,
    outer: [outer, size, inner],
    inner: [length],
    reductions: [{ fn: 'sum', value: select(hit, value(axes), zero(dtype)) }],
    stores: [
      {
        binding: signature.output,
        index: weightedSum([axis(0), axis(1), axis(2)], [size * inner, inner, 1]),
        value: reduced(dtype, 0),
      },
    ],
    elementStores: [],
  };
}
