import {
  axis,
  binary,
  bounded,
  type Expression,
  integer,
  type Kernel,
  type Limits,
  type Shape,
  type Strides,
  select,
  sizeOf,
  weightedSum,
  zero,
} from '@evenkeel/backend';
import type { ScatterAddAttributes } from '../primitives/scatter-add.ts';
import { collapse } from './collapse.ts';
import { type Operand, Signature } from './operand.ts';

type Memory = Operand & { readonly strides: Strides };

/** The routine, or where the backend has none the loop that looks for each destination's sources. */
export function lowerScatterAdd(
  source: Memory | (Operand & { readonly strides: undefined }),
  index: Memory,
  { dim, size }: ScatterAddAttributes,
  limits: Limits,
): Kernel {
  const { shape, dtype } = source;
  const outer = sizeOf(shape.slice(0, dim));
  const length = shape[dim] as number;
  const inner = sizeOf(shape.slice(dim + 1));
  const signature = new Signature([source, index], dtype);
  const walk = (i: number, operand: Operand, axes: readonly [Expression, Expression, Expression]) => {
    const strides = operand.strides ?? shape.map(() => 0);
    const [o, position, r] = axes;
    const before = unravel(o, shape.slice(0, dim), strides.slice(0, dim));
    const after = unravel(r, shape.slice(dim + 1), strides.slice(dim + 1));
    return signature.at(
      i,
      operand,
      [...before.terms, position, ...after.terms],
      [...before.strides, strides[dim] as number, ...after.strides],
    );
  };
  const parts = { bindings: signature.bindings, arguments: signature.arguments };
  if (limits.routines.includes('scatterAdd')) {
    const axes = [axis(0), axis(1), axis(2)] as const;
    return {
      form: 'routine',
      routine: 'scatterAdd',
      ...parts,
      outer,
      length,
      inner,
      size,
      index: walk(1, index, axes),
      value: walk(0, source, axes),
      output: signature.output,
    };
  }
  // Axes: outer, destination, inner, then the position that is folded over.
  const axes = [axis(0), axis(3), axis(2)] as const;
  const destination = walk(1, index, axes);
  // Held within its bounds only to report one that is not: such a source belongs to no destination.
  const reported = binary('ge', bounded(destination, size), integer(0));
  const hit = binary('and', reported, binary('eq', destination, axis(1)));
  return {
    form: 'loop',
    ...parts,
    outer: [outer, size, inner],
    inner: [length],
    reductions: [{ fn: 'sum', value: select(hit, walk(0, source, axes), zero(dtype)) }],
    stores: [
      {
        binding: signature.output,
        index: weightedSum([axis(0), axis(1), axis(2)], [size * inner, inner, 1]),
        value: { kind: 'reduced', dtype, reduction: 0 },
      },
    ],
    elementStores: [],
  };
}

/** One axis that stands for several dimensions, taken apart by division where their strides do not join. */
function unravel(position: Expression, shape: Shape, strides: Strides): { terms: Expression[]; strides: number[] } {
  const joined = collapse(shape, [strides]);
  const terms: Expression[] = [];
  let step = 1;
  for (let d = joined.shape.length - 1; d >= 0; d--) {
    const extent = joined.shape[d] as number;
    const quotient = binary('div', position, integer(step));
    terms.unshift(d === 0 ? quotient : binary('rem', quotient, integer(extent)));
    step *= extent;
  }
  return { terms, strides: joined.strides[0] as number[] };
}
